/**
 * The types say what normalisation promises. Grouping runs on whatever was stored, also by older
 * versions, so it reads each field as if anything could stand there and never throws.
 */

/** The string cut to `maxChars` (never inside a surrogate pair), or '' for anything else. */
export function textOf(value: unknown, maxChars: number): string {
  if (typeof value !== 'string') return ''
  if (value.length <= maxChars) return value
  const lastUnit = value.charCodeAt(maxChars - 1)
  const splitsPair = lastUnit >= 0xd800 && lastUnit <= 0xdbff
  return value.slice(0, splitsPair ? maxChars - 1 : maxChars)
}

/** The objects of a list; a list that is none, and members that are no objects, count as absent. */
export function objectsOf<T extends object>(list: readonly T[] | undefined): T[] {
  if (!Array.isArray(list)) return []
  return (list as unknown[]).every(isObject) ? list : (list as unknown[]).filter(isObject<T>)
}

export function isObject<T extends object>(value: unknown): value is T {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
