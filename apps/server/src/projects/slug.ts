const MAX_SLUG_LENGTH = 50

/** A slug from a name a person gave: `Shop API` is `shop-api`. Digits alone would read as an id. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_LENGTH)
    .replace(/^-+|-+$/g, '')
  if (slug === '') return 'project'
  return /^\d+$/.test(slug) ? `project-${slug}`.slice(0, MAX_SLUG_LENGTH) : slug
}
