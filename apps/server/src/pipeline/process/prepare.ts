import { type EventPayload, LEVELS } from '@mayday/protocol/event'
import { itemType } from '@mayday/protocol/item-types'
import { mix64 } from '@mayday/protocol/mix64'
import { encodeEvent } from '../../events/event-data.ts'
import { countedTags, userTag } from '../../events/event-tags.ts'
import type { Grouped, Prepared, Problem } from '../states.ts'

/** What lists show of a value; the whole one stays in the event. */
const MAX_VALUE_CHARS = 1024

/** Takes out what the transaction needs and lets go of the rest. */
export function prepare({ record, envelope, item, eventId, payload, ...rest }: Grouped): Prepared {
  const body = { encoding: record.encoding, bytes: record.body }
  return {
    projectId: record.projectId,
    keyId: record.keyId,
    category: itemType(item.header.type).category,
    eventId,
    receivedAtMs: record.receivedAtMs,
    occurredAtMs: Math.round(payload.timestamp * 1000),
    earliestMs: rest.earliestMs,
    environment: payload.environment ?? null,
    release: payload.release ?? null,
    level: LEVELS.indexOf(payload.level),
    size: item.payload.length,
    data: encodeEvent(body, envelope, item),
    clientIp: usesAddress(payload, record.clientIp) ? record.clientIp : null,
    hash: rest.grouping.hash,
    algorithm: rest.grouping.algorithm,
    problem: problemOf(payload, rest.grouping),
    tags: countedTags(payload),
    userHash: userHashOf(payload),
  }
}

function problemOf(payload: EventPayload, grouping: Grouped['grouping']): Problem {
  const frame = grouping.crashFrame
  return {
    kind: grouping.kind,
    type: grouping.type,
    value: grouping.value?.slice(0, MAX_VALUE_CHARS) ?? null,
    title: grouping.title,
    culprit: grouping.culprit,
    transaction: payload.transaction ?? null,
    filename: frame?.filename ?? null,
    function: frame?.function ?? null,
    platform: payload.platform,
    logger: payload.logger ?? null,
    isUnhandled: payload.exception?.values.some((one) => one.mechanism?.handled === false) ?? false,
  }
}

/** The row keeps the connection's address only where the normaliser has put it into the event. */
function usesAddress({ user, request }: EventPayload, clientIp: string): boolean {
  if (clientIp === '') return false
  return user?.ip_address === clientIp || request?.env?.REMOTE_ADDR === clientIp
}

function userHashOf(payload: EventPayload): bigint | undefined {
  const user = userTag(payload)
  return user === undefined ? undefined : hash64(user)
}

/** Tells the users of one issue apart without naming them in another table; only a count rests on it. */
function hash64(text: string): bigint {
  const [high, low] = mix64(text)
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
}
