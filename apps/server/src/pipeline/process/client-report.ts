import type { Item } from '@mayday/protocol/envelope'
import { parseClientReport } from '@mayday/protocol/outcome'
import { parseEventJson } from '../../events/normalize/event-json.ts'
import { type ItemOutcome, Rejected } from '../states.ts'

/** What the SDK says that it dropped itself. */
export function readClientReport(item: Item): ItemOutcome[] {
  try {
    return parseClientReport(parseEventJson(item.payload))
  } catch {
    // Not JSON, or none of ours; either way it counts as one broken report.
    throw new Rejected('invalid', 'invalid_json')
  }
}
