export type Warn = (line: string) => void

/** Each gives the value if it is right, else says what would be, and gives the fall-back. */

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export function textOption(name: string, value: unknown, warn: Warn): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return text(value)
  warn(`The option ${name} has to be a text, not ${kindOf(value)}; it is left out.`)
  return undefined
}

export function flag(name: string, value: unknown, fallback: boolean, warn: Warn): boolean {
  if (value === undefined || value === null) return fallback
  if (typeof value === 'boolean') return value
  warn(`The option ${name} has to be true or false, not ${kindOf(value)}; ${fallback} is used.`)
  return fallback
}

export function inRange(
  name: string,
  value: unknown,
  [min, max]: [number, number],
  fallback: number,
  warn: Warn,
): number {
  if (value === undefined) return fallback
  if (typeof value === 'number' && value >= min && value <= max) return value
  warn(`The option ${name} has to be a number from ${min} to ${max}; ${fallback} is used.`)
  return fallback
}

export function oneOf<T extends object>(
  name: string,
  value: unknown,
  table: T,
  fallback: keyof T & string,
  warn: Warn,
): T[keyof T] {
  if (value === undefined) return table[fallback]
  if (typeof value === 'string' && Object.hasOwn(table, value)) return table[value as keyof T]
  warn(`The option ${name} has to be one of ${Object.keys(table).join(', ')}; ${fallback} is used.`)
  return table[fallback]
}

export function hook<T>(name: string, value: T, warn: Warn): T | undefined {
  if (value === undefined || value === null || typeof value === 'function') {
    return value ?? undefined
  }
  warn(`The option ${name} has to be a function; it is left out.`)
  return undefined
}

export function patterns(name: string, value: unknown, warn: Warn): (string | RegExp)[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every((p) => typeof p === 'string' || p instanceof RegExp)) {
    return value.slice()
  }
  warn(`The option ${name} has to be a list of strings and regular expressions; it is left out.`)
  return []
}

/** Whether one of the patterns is in the text, or matches it. */
export function isMatched(text: string, patterns: readonly (string | RegExp)[]): boolean {
  return patterns.some((pattern) => {
    if (typeof pattern === 'string') return text.includes(pattern)
    // An expression with flag `g` remembers where it stopped the last time.
    pattern.lastIndex = 0
    return pattern.test(text)
  })
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}
