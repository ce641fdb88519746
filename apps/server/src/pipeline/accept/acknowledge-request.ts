import type { DataCategory } from '@mayday/protocol/data-category'
import { newEventId } from '@mayday/protocol/event-id'
import type { FastifyRequest } from 'fastify'
import type { OutcomeCounter } from '../../outcomes/outcomes.ts'
import type { ProjectKeys } from '../../projects/project-keys.ts'
import { findKey, parseProjectId, readAuth } from './authenticate.ts'
import { discardBody } from './read-body.ts'
import { Refusal } from './refusal.ts'

/** A crash dump over a slow line. */
const MAX_BODY_MS = 30_000

/**
 * Takes in what this version does not use, and counts it as unsupported: its senders, such as the
 * handler of a crash, can do nothing about an error. Gives the id that they want to hear.
 *
 * @throws Refusal when nobody may send by this key
 */
export async function acknowledge(
  { keys, outcomes }: { keys: ProjectKeys; outcomes: OutcomeCounter },
  request: FastifyRequest,
  category: DataCategory,
): Promise<string> {
  const projectId = parseProjectId((request.params as { project: string }).project)
  const auth = readAuth(request)
  if (auth === undefined) throw new Refusal(401, 'The address carries no project key.')
  const key = await findKey(keys, projectId, auth.publicKey)
  const count = { projectId: key.projectId, keyId: key.id, category }
  if (!key.isActive) {
    outcomes.count({ ...count, outcome: 'invalid', reason: 'key_disabled' })
    throw new Refusal(403, 'The project key is switched off.')
  }
  await discardBody(request.raw, { maxMs: MAX_BODY_MS })
  outcomes.count({ ...count, outcome: 'filtered', reason: 'unsupported_item' })
  return newEventId()
}
