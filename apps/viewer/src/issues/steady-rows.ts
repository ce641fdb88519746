import type { Issue } from '@mayday/protocol/api/issues'

export type SteadyRows = {
  rows: Issue[]
  /** Whether the server's order has moved on: rows came, went or changed places. */
  moved: boolean
  /** How many issues are in the server's list and not among the rows. */
  unseen: number
}

/**
 * Fresh numbers in the order already on the screen, so that a poll never moves a row from under the
 * pointer. `shown` are the ids in their order on the screen, `before` the rows as last drawn.
 */
export function steadyRows(
  shown: readonly string[],
  before: readonly Issue[],
  fresh: readonly Issue[],
): SteadyRows {
  const freshById = new Map(fresh.map((issue) => [issue.id, issue]))
  const beforeById = new Map(before.map((issue) => [issue.id, issue]))
  const rows = shown.flatMap((id) => freshById.get(id) ?? beforeById.get(id) ?? [])
  const unseen = fresh.filter((issue) => !shown.includes(issue.id)).length
  const moved = fresh.length !== shown.length || fresh.some((issue, at) => issue.id !== shown[at])
  return { rows, moved, unseen }
}
