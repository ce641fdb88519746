const MAX_LENGTH = 8000

/** A value from an event as a person reads it: text as it is, everything else as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined) return 'undefined'
  const json = JSON.stringify(value, null, isFlat(value) ? undefined : 2)
  return json.length > MAX_LENGTH
    ? `${json.slice(0, MAX_LENGTH)}… (${json.length} characters)`
    : json
}

function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const parts = Object.values(value)
  return parts.length <= 8 && parts.every((part) => typeof part !== 'object' || part === null)
}
