/** What the option `scrub` takes: see there. */
export type ScrubRules = readonly (string | RegExp)[]

const names = new Set<string>()
let expressions: RegExp[] = []

/** Adds to what is filtered; earlier additions are forgotten. */
export function setScrubRules(rules: ScrubRules): void {
  names.clear()
  expressions = []
  for (const rule of rules) {
    if (typeof rule === 'string') names.add(bare(rule))
    else expressions.push(new RegExp(rule.source, `${rule.flags.replace(/[gy]/g, '')}g`))
  }
}

/** Whether the program has named this key, or an expression of its own matches it. */
export function isAddedKey(key: string): boolean {
  if (names.size > 0 && names.has(bare(key))) return true
  return expressions.some((expression) => {
    // With flag `g` an expression remembers where it stopped the last time.
    expression.lastIndex = 0
    return expression.test(key)
  })
}

/** The text without what the program's own expressions match. */
export function scrubByRules(text: string, replacement: string): string {
  return expressions.reduce((result, expression) => result.replace(expression, replacement), text)
}

/** `userEmail`, `user_email` and `USER-EMAIL` are one name. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
