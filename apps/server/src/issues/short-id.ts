/** Crockford's base 32: no I, L, O or U, so that a read-out id is typed in right. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const MAX_NUMBER = 2_147_483_647

export function formatShortId(projectSlug: string, number: number): string {
  let digits = ''
  for (let rest = number; rest > 0; rest = Math.floor(rest / 32)) {
    digits = (DIGITS[rest % 32] ?? '') + digits
  }
  return `${projectSlug.toUpperCase()}-${digits || '0'}`
}

/** `SHOP-API-41` is issue 129 of `shop-api`; undefined for what is no short id. */
export function parseShortId(text: string): { projectSlug: string; number: number } | undefined {
  const match = /^([a-z0-9][a-z0-9-]*)-([0-9a-z]{1,7})$/i.exec(text)
  if (!match?.[1] || !match[2]) return undefined
  let number = 0
  // Letters that look like digits stand for them.
  for (const letter of match[2].toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')) {
    const digit = DIGITS.indexOf(letter)
    if (digit < 0) return undefined
    number = number * 32 + digit
  }
  return number > 0 && number <= MAX_NUMBER
    ? { projectSlug: match[1].toLowerCase(), number }
    : undefined
}
