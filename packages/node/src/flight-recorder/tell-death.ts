import { newEventId } from '../capture.ts'
import type { Client } from '../client.ts'
import { isIgnored } from '../event-filters.ts'
import { causeOfDeath, type Evidence } from './cause-of-death.ts'
import type { ClaimedRun } from './claim-run.ts'
import { deathEvent, recordWithout } from './death-event.ts'
import { oomKills } from './oom-kills.ts'

/**
 * Sends the event of a process that is gone, unless it was ended on purpose.
 *
 * @param exit what a parent was told of the end; only that knows
 * @returns whether there is an event
 */
export function tellDeath(
  client: Client,
  run: { pid: number; startedAtMs: number },
  { record, report }: ClaimedRun,
  exit?: Evidence['exit'],
): boolean {
  const evidence: Evidence = { record, report, oomKills: oomKills(), exit }
  const cause = causeOfDeath(evidence)
  if (cause === undefined) return false
  const known = record ?? recordWithout({ ...run, eventId: newEventId() }, evidence, client.options)
  const event = deathEvent(known, cause, evidence, client.options.maxBreadcrumbs)
  const main = event.exception?.values[0]
  if (isIgnored(`${main?.type}: ${main?.value}`, client.options)) client.drop('ignored')
  else if (client.flood.admit(event.fingerprint?.join() ?? '')) client.submit(event, {})
  else client.drop('backpressure')
  return true
}
