/** A text that PostgreSQL can hold, without spaces around; null for none, and for anything else. */
export function plainText(value: unknown, maxChars: number): string | null {
  if (typeof value !== 'string') return null
  return value.trim().slice(0, maxChars).replaceAll('\0', '\ufffd') || null
}
