export type FindTarget =
  | { kind: 'error'; errorId: string }
  | { kind: 'issue'; organization: string; shortId: string }
  | { kind: 'search'; query: string }

type KnownProject = { organization: string; slug: string }

/** Shorter beginnings of an error id would match too many events. */
const MIN_ERROR_ID_DIGITS = 8

/**
 * What a person who typed this into the one search box wants: the event of an error id (also inside
 * a pasted response body, or with the blanks and dashes it is shown with), the issue of a short id
 * of a known project, else a search.
 */
export function findTarget(text: string, projects: readonly KnownProject[]): FindTarget {
  const trimmed = text.trim()
  const whole = /(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])/i.exec(
    trimmed,
  )
  if (whole) return { kind: 'error', errorId: digitsOf(whole[0]) }
  const digits = digitsOf(trimmed)
  if (digits.length >= MIN_ERROR_ID_DIGITS && /^[0-9a-f]{8,32}$/.test(digits)) {
    return { kind: 'error', errorId: digits }
  }
  // Crockford's base 32 has no I, L, O, U.
  const short = /^(.+)-[0-9A-HJKMNP-TV-Z]+$/.exec(trimmed.toUpperCase())
  const project = projects.find(({ slug }) => slug.toUpperCase() === short?.[1])
  if (project) {
    return { kind: 'issue', organization: project.organization, shortId: trimmed.toUpperCase() }
  }
  return { kind: 'search', query: trimmed }
}

function digitsOf(text: string): string {
  return text.replace(/[\s-]/g, '').toLowerCase()
}
