import type { FrameKey } from './frame.ts'

/**
 * The same frames however deep a recursion went: each stretch that a function calls itself through,
 * directly or by others, becomes its distinct frames. The last frame, where it happened, stays last.
 *
 * Within a stretch the order depends on the data walked and on where the SDK cut the stack, so it is
 * sorted; a line of source counts there only if it is the same each time.
 */
export function collapseRecursion(frames: readonly FrameKey[]): FrameKey[] {
  const ids = frames.map(idOf)
  const lastAt = new Map<string, number>()
  for (const [i, id] of ids.entries()) lastAt.set(id, i)
  if (lastAt.size === frames.length) return [...frames]
  const collapsed: FrameKey[] = []
  for (let start = 0; start < frames.length; ) {
    let end = start
    for (let i = start; i <= end; i++) end = Math.max(end, lastAt.get(ids[i]!)!)
    if (end === start) collapsed.push(frames[start]!)
    else collapsed.push(...distinct(frames.slice(start, end + 1), end === frames.length - 1))
    start = end + 1
  }
  return collapsed
}

function distinct(stretch: FrameKey[], endsStack: boolean): FrameKey[] {
  const crash = endsStack ? stretch.at(-1)! : undefined
  const byId = new Map<string, FrameKey>()
  for (const frame of stretch) {
    const id = idOf(frame)
    const known = byId.get(id)
    if (known === undefined) byId.set(id, frame)
    else if (known.contextLine !== frame.contextLine) byId.set(id, { ...known, contextLine: '' })
  }
  if (crash) byId.delete(idOf(crash))
  const rest = [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, frame]) => frame)
  return crash ? [...rest, crash] : rest
}

/** Nameless functions of one file are told apart by their line of source, named ones are not. */
function idOf(frame: FrameKey): string {
  return `${frame.at}\n${frame.function}\n${frame.function === '' ? frame.contextLine : ''}`
}
