import type { SourceFile } from './source-tree.ts'

/** Every way round, named from its first file in alphabetical order; the first file stands at both ends. */
export function importCycles(files: readonly SourceFile[]): string[][] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]))
  const cycles = new Map<string, string[]>()
  const isDone = new Set<string>()
  const trail: string[] = []

  const follow = (path: string): void => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      const cycle = fromFirst(trail.slice(start))
      cycles.set(cycle.join(), cycle)
      return
    }
    if (isDone.has(path)) return
    trail.push(path)
    for (const next of importsOf.get(path) ?? []) follow(next)
    trail.pop()
    isDone.add(path)
  }

  for (const path of importsOf.keys()) follow(path)
  return [...cycles.values()]
}

function fromFirst(cycle: string[]): string[] {
  const first = cycle.indexOf(cycle.toSorted()[0] ?? '')
  return [...cycle.slice(first), ...cycle.slice(0, first), ...cycle.slice(first, first + 1)]
}
