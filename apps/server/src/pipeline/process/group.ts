import { groupEvent } from '@mayday/grouping/group-event'
import type { Grouped, Normalized } from '../states.ts'

/** Chooses the issue by its hash; which row that is, the transaction finds out. */
export function group(normalized: Normalized): Grouped {
  return { ...normalized, grouping: groupEvent(normalized.payload) }
}
