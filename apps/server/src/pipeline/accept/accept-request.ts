import type { DataCategory } from '@mayday/protocol/data-category'
import { type Envelope, type Item, parseEnvelope } from '@mayday/protocol/envelope'
import { ProtocolError } from '@mayday/protocol/errors'
import { isEventType, itemType } from '@mayday/protocol/item-types'
import type { RateLimit } from '@mayday/protocol/rate-limits'
import type { FastifyRequest } from 'fastify'
import { type Journal, JournalFull, JournalWriteError } from '../../journal/journal.ts'
import type { JournalRecord } from '../../journal/record.ts'
import type { OutcomeCounter } from '../../outcomes/outcomes.ts'
import type { KnownKey } from '../../projects/known-key.ts'
import type { ProjectKeys } from '../../projects/project-keys.ts'
import { findKey, parseProjectId, readAuth, readDsnAuth } from './authenticate.ts'
import { ByteBudget } from './byte-budget.ts'
import { wrapCheckIn } from './cron-request.ts'
import { Quotas } from './quotas.ts'
import { readBody } from './read-body.ts'
import { type Fate, invalid, overloaded, overQuota, Refusal } from './refusal.ts'
import { refuseOtherTypes, wrapSecurityReports } from './security-request.ts'
import {
  type Body,
  bodyToKeep,
  checkEvents,
  envelopeEventId,
  OVER_QUOTA,
  sortItems,
} from './sort-items.ts'
import { wrapStoredEvent } from './store-request.ts'
import { parseContentEncoding, unpackBody } from './unpack-body.ts'

export type IntakeDeps = {
  journal: Journal
  keys: ProjectKeys
  outcomes: OutcomeCounter
  /** Called after each append: there is something to read. */
  appended: () => void
}

/** What a request holds: an envelope, a single event, reports of a browser, a check-in. */
export type IntakeRoute = 'envelope' | 'store' | 'security' | 'cron'

/** What a body counts as while nobody knows its items. */
const CATEGORY_OF = {
  envelope: 'error',
  store: 'error',
  security: 'security',
  cron: 'monitor',
} as const

const WRAP: Record<IntakeRoute, (body: Buffer, request: FastifyRequest) => Envelope> = {
  envelope: parse,
  store: wrapStoredEvent,
  security: wrapSecurityReports,
  cron: wrapCheckIn,
}

/** What the client is told. */
export type Accepted = { eventId: string | undefined; limits: readonly RateLimit[] }

const MAX_BYTES_IN_HAND = 192 * 1024 * 1024
const MAX_CLIENT_CHARS = 200
const STORE_ENVELOPE_TYPE = 'application/x-sentry-envelope'

/**
 * The request half of an event's life: bounded bytes, a key, the envelope's headers, the budget, one
 * record in the journal. No event JSON is parsed here.
 */
export class RequestAcceptor {
  readonly #deps: IntakeDeps
  readonly #budget = new ByteBudget(MAX_BYTES_IN_HAND)
  readonly #quotas = new Quotas()

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  /** @throws Refusal, already counted where its sender is known */
  async accept(request: FastifyRequest, route: IntakeRoute): Promise<Accepted> {
    // Asked now: a socket that was closed meanwhile has no address any more.
    const clientIp: string = request.ip ?? ''
    const lease = this.#budget.lease()
    let key: KnownKey | undefined
    let envelope: Envelope | undefined
    try {
      const projectId = parseProjectId((request.params as { project: string }).project)
      const auth = readAuth(request)
      // A wrong key is told before its body is taken in.
      if (auth !== undefined) key = await findKey(this.#deps.keys, projectId, auth.publicKey)
      if (key !== undefined) refuseDisabled(key)
      if (route === 'security') refuseOtherTypes(request)
      const encoding = parseContentEncoding(request.headers['content-encoding'])
      const packed = await readBody(request.raw, lease)
      const body = await unpackBody(packed, encoding, lease)
      const isEnvelope = route === 'envelope' || isStoredEnvelope(request, route)
      if (key === undefined) {
        const { publicKey } = readDsnAuth(isEnvelope ? body : NO_ENVELOPE, projectId)
        key = await findKey(this.#deps.keys, projectId, publicKey)
        refuseDisabled(key)
      }
      envelope = isEnvelope ? parse(body) : WRAP[route](body, request)
      checkEvents(envelope)
      return await this.#keep({
        key,
        clientIp,
        envelope,
        client: auth?.client ?? request.headers['user-agent'] ?? '',
        original: isEnvelope ? { encoding, body: packed } : undefined,
      })
    } catch (error) {
      if (error instanceof Refusal && key !== undefined) {
        this.#countRefused(key, envelope, error, CATEGORY_OF[route])
      }
      throw error
    } finally {
      lease.release()
    }
  }

  async #keep({ key, envelope, clientIp, client, original }: Sent): Promise<Accepted> {
    const { outcomes } = this.#deps
    const sorted = sortItems(envelope.items, (category) => this.#quotas.take(key, category))
    const limits = this.#quotas.reached(key)
    const { kept, dropped } = sorted
    if (dropped.length > 0 && kept.length === 0 && dropped.every(isOverQuota)) {
      throw overQuota(limits)
    }
    const eventId = envelopeEventId(envelope)
    const events = kept.filter(({ header }) => isEventType(header.type)).length
    if (kept.length > 0) {
      await this.#append({
        projectId: key.projectId,
        keyId: key.id,
        receivedAtMs: Date.now(),
        eventId: eventId ?? '',
        events,
        clientIp,
        client: client.slice(0, MAX_CLIENT_CHARS),
        ...bodyToKeep(envelope, sorted, original),
      })
    }
    for (const { item, fate } of dropped) outcomes.count(outcomeOf(key, item, fate))
    return { eventId, limits }
  }

  async #append(record: JournalRecord): Promise<void> {
    try {
      await this.#deps.journal.append(record)
    } catch (error) {
      if (error instanceof JournalFull) {
        throw overloaded('The server holds as much as it may; try again later.', error)
      }
      if (error instanceof JournalWriteError) {
        throw overloaded('The server cannot keep anything at the moment; try again later.', error)
      }
      throw error
    }
    this.#deps.appended()
  }

  /** Of a body that was not taken apart nobody knows the items: it counts as one event. */
  #countRefused(
    key: KnownKey,
    envelope: Envelope | undefined,
    { fate }: Refusal,
    category: DataCategory,
  ): void {
    if (fate === undefined) return
    const { outcomes } = this.#deps
    if (envelope === undefined) {
      outcomes.count({ projectId: key.projectId, keyId: key.id, category, ...fate })
    } else {
      for (const item of envelope.items) outcomes.count(outcomeOf(key, item, fate))
    }
  }
}

type Sent = {
  key: KnownKey
  envelope: Envelope
  clientIp: string
  client: string
  /** Undefined for what came as no envelope. */
  original: Body | undefined
}

const NO_ENVELOPE = Buffer.from('{}')

function refuseDisabled(key: KnownKey): void {
  if (key.isActive) return
  throw invalid(403, 'key_disabled', 'The project key is switched off.')
}

function isStoredEnvelope({ headers }: FastifyRequest, route: IntakeRoute): boolean {
  const type = headers['content-type']?.trim().toLowerCase()
  return route === 'store' && (type?.startsWith(STORE_ENVELOPE_TYPE) ?? false)
}

function parse(body: Buffer): Envelope {
  try {
    return parseEnvelope(body)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    const { code, message } = error
    const isReason = code === 'too_many_items' || code === 'invalid_event_id'
    throw invalid(400, isReason ? code : 'invalid_envelope', message)
  }
}

function isOverQuota({ fate }: { fate: Fate }): boolean {
  return fate === OVER_QUOTA
}

function outcomeOf(key: KnownKey, item: Item, fate: Fate) {
  const { category } = itemType(item.header.type)
  return { projectId: key.projectId, keyId: key.id, category, ...fate }
}
