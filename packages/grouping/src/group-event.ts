import { hash as digest } from 'node:crypto'
import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { fingerprintOf } from './fingerprint.ts'
import { isObject, textOf } from './lenient.ts'
import { titleOf } from './title.ts'
import { groupV1, type Part } from './v1.ts'

export type { Part, PartKind } from './v1.ts'

/**
 * How the hash came about: `v1` by the default rules, `custom` by the event's fingerprint alone,
 * `hybrid` by both, `checksum` by the hash that the client had worked out itself.
 */
export type Algorithm = 'v1' | 'custom' | 'hybrid' | 'checksum'

export type Grouping = {
  algorithm: Algorithm
  /** 32 lower-case hex digits. Events of one project with the same hash belong to one issue. */
  hash: string
  /** What counted, in order. The hash follows from these alone. */
  parts: Part[]
  /** `Type: first line of the value`, or the message; at most 255 characters, never empty. */
  title: string
  type: string | null
  value: string | null
  /** Short place of blame, such as `src/orders/service.ts in loadOrder`. */
  culprit: string | null
  kind: 'error' | 'default'
  /** The exception that names the event: the one thrown, unless a wrapper hides it. */
  mainException: Exception | undefined
  /** The frame to blame: the last in-app one, else the last. */
  crashFrame: Frame | undefined
}

const MAX_CHECKSUM_CHARS = 1024

/**
 * Says which issue an event belongs to, and what to call it. Pure and deterministic; never throws,
 * whatever stands in the event's fields.
 *
 * @example
 * const { hash, title } = groupEvent(event) // 'TypeError: order is undefined'
 */
export function groupEvent(event: EventPayload): Grouping {
  const whole = isObject(event) ? event : EMPTY
  const standard = groupV1(whole)
  const { mainException, crashFrame } = standard
  return {
    ...hashed(whole, standard.parts, mainException, crashFrame),
    ...titleOf(whole, mainException, crashFrame),
    mainException,
    crashFrame,
  }
}

const EMPTY: EventPayload = { event_id: '', timestamp: 0, platform: 'other', level: 'error' }

function hashed(
  event: EventPayload,
  standard: Part[],
  main: Exception | undefined,
  crashFrame: Frame | undefined,
): Pick<Grouping, 'algorithm' | 'hash' | 'parts'> {
  const checksum = checksumOf(event)
  if (checksum !== '') {
    const parts: Part[] = [{ kind: 'checksum', value: checksum }]
    const isHash = /^[0-9a-f]{32}$/i.test(checksum)
    return { algorithm: 'checksum', hash: isHash ? checksum.toLowerCase() : hashOf(parts), parts }
  }
  const fingerprint = fingerprintOf(event, main, crashFrame)
  if (fingerprint === undefined) return { algorithm: 'v1', hash: hashOf(standard), parts: standard }
  const parts = fingerprint.flatMap((value): Part[] =>
    value === 'default' ? standard : [{ kind: 'fingerprint', value: value.text }],
  )
  const algorithm = fingerprint.includes('default') ? 'hybrid' : 'custom'
  return { algorithm, hash: hashOf(parts), parts }
}

function checksumOf(event: EventPayload): string {
  return textOf(event.checksum, MAX_CHECKSUM_CHARS).trim()
}

/** Lengths in front keep `ab` + `c` apart from `a` + `bc`, whatever the values hold. */
function hashOf(parts: readonly Part[]): string {
  let text = ''
  for (const { kind, value } of parts) text += `${kind}:${value.length}:${value}\n`
  return digest('sha256', text, 'hex').slice(0, 32)
}
