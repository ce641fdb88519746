/** The members by key, in the order in which each key came first. */
export function groupBy<T, Key>(
  members: readonly T[],
  keyOf: (member: T) => Key,
): Map<Key, [T, ...T[]]> {
  const groups = new Map<Key, [T, ...T[]]>()
  for (const member of members) {
    const key = keyOf(member)
    const group = groups.get(key)
    if (group) group.push(member)
    else groups.set(key, [member])
  }
  return groups
}

/** One row for each key with the sum of its quantities, sorted by key: the order locks are taken in. */
export class Tally<Row extends { n: number }> {
  readonly #rows = new Map<string, Row>()

  add(key: string, row: Row): void {
    const known = this.#rows.get(key)
    if (known) known.n += row.n
    else this.#rows.set(key, row)
  }

  sorted(): Row[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  }
}
