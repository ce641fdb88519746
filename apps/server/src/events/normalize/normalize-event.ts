import type { EventPayload } from '@mayday/protocol/event'
import {
  MAX_LOGGER_CHARS,
  MAX_SERVER_NAME_CHARS,
  MAX_TRANSACTION_CHARS,
} from '@mayday/protocol/limits'
import { breadcrumbs } from './breadcrumbs.ts'
import { contexts } from './contexts.ts'
import { exceptions } from './exceptions.ts'
import { isRaw, type Raw, text, trimmedText } from './fields.ts'
import { parseLevel } from './level.ts'
import { clientNotes, debugImages, extra, fingerprint, modules, sdk } from './lists.ts'
import { logEntry } from './message.ts'
import { distName, environmentName, releaseName } from './names.ts'
import { Notes } from './notes.ts'
import { request } from './request.ts'
import { stackTrace } from './stack-trace.ts'
import { tags } from './tags.ts'
import { threads } from './threads.ts'
import { clockDrift, eventTimestamp } from './timestamps.ts'
import { user } from './user.ts'

const MAX_PLATFORM_CHARS = 64
const MAX_CHECKSUM_CHARS = 256

export type EventMeta = {
  /** 32 lower-case hex digits; goes before the payload's own. */
  eventId: string
  receivedAt: Date
  /** When the client sent it by its own clock, in seconds since 1970. */
  sentAt?: number
  /** Address of the connection that it came by, or empty. */
  clientIp: string
  /** `sdk` of the envelope's header, for events without their own. */
  envelopeSdk?: unknown
}

/**
 * Brings whatever an SDK sent to the one spelling of `EventPayload`. A field of a wrong type is
 * dropped or repaired and noted in `errors`, never the event. Takes JSON as `parseEventJson` gives
 * it and leaves it as it is; the answer may share parts with it. Never throws.
 */
export function normalizeEvent(raw: unknown, meta: EventMeta): EventPayload {
  const notes = new Notes()
  if (!isRaw(raw)) notes.add('invalid_data', undefined, raw)
  const event = isRaw(raw) ? raw : {}
  const receivedAt = meta.receivedAt.getTime() / 1000
  const drift = clockDrift(meta.sentAt, receivedAt)
  const platform = trimmedText(event, 'platform', MAX_PLATFORM_CHARS, notes) ?? 'other'
  const payload: EventPayload = {
    event_id: meta.eventId,
    timestamp: eventTimestamp(event.timestamp, receivedAt, drift, notes),
    platform,
    level: parseLevel(event.level, 'error', notes),
  }
  addNames(payload, event, notes)
  addProblem(payload, event, notes)
  addCircumstances(payload, event, { drift, platform, meta }, notes)
  addFreeData(payload, event, notes)
  const all = [...clientNotes(event), ...notes.list]
  if (all.length > 0) payload.errors = all
  return payload
}

/** Where and in what version it happened. */
function addNames(payload: EventPayload, raw: Raw, notes: Notes): void {
  const logger = trimmedText(raw, 'logger', MAX_LOGGER_CHARS, notes)?.replace(/[\r\n]+/g, '')
  if (logger) payload.logger = logger
  const transaction = trimmedText(raw, 'transaction', MAX_TRANSACTION_CHARS, notes)
  if (transaction) payload.transaction = transaction
  const serverName = trimmedText(raw, 'server_name', MAX_SERVER_NAME_CHARS, notes)
  if (serverName) payload.server_name = serverName
  const release = releaseName(raw.release, notes)
  if (release) payload.release = release
  const dist = distName(raw.dist, notes)
  // A build number says nothing without the release that it is a build of.
  if (dist && release) payload.dist = dist
  const { environment: environmentTag, ...ownTags } = tags(raw.tags, notes)
  const environment =
    environmentName(raw.environment, notes) ?? environmentName(environmentTag, notes)
  if (environment) payload.environment = environment
  const site = text(raw, 'site', MAX_SERVER_NAME_CHARS, notes)
  if (site) ownTags.site ??= site
  if (Object.keys(ownTags).length > 0) payload.tags = ownTags
}

/** What went wrong. */
function addProblem(payload: EventPayload, raw: Raw, notes: Notes): void {
  const chain = exceptions(raw.exception ?? raw['sentry.interfaces.Exception'], notes)
  const running = threads(raw.threads, notes)
  // Old SDKs put the stack trace beside the exception, or beside a message.
  const loose =
    stackTrace(raw, 'stacktrace', notes) ?? stackTrace(raw, 'sentry.interfaces.Stacktrace', notes)
  const [only] = chain
  if (loose && chain.length === 1 && only && !only.stacktrace) only.stacktrace = loose
  else if (loose && chain.length === 0 && running.length === 0) {
    running.push({ current: true, stacktrace: loose })
  }
  if (chain.length > 0) payload.exception = { values: chain }
  if (running.length > 0) payload.threads = { values: running }
  const message = logEntry(raw.logentry ?? raw['sentry.interfaces.Message'], raw.message, notes)
  if (message) payload.logentry = message
  const parts = fingerprint(raw, notes)
  if (parts) payload.fingerprint = parts
  const checksum = trimmedText(raw, 'checksum', MAX_CHECKSUM_CHARS, notes)
  if (checksum) payload.checksum = checksum
}

/** What was going on. */
function addCircumstances(
  payload: EventPayload,
  raw: Raw,
  { drift, platform, meta }: { drift: number; platform: string; meta: EventMeta },
  notes: Notes,
): void {
  const trail = breadcrumbs(raw.breadcrumbs ?? raw['sentry.interfaces.Breadcrumbs'], drift, notes)
  if (trail.length > 0) payload.breadcrumbs = { values: trail }
  const req = request(raw.request ?? raw['sentry.interfaces.Http'], notes)
  const rawSdk = raw.sdk ?? meta.envelopeSdk
  const connection = { clientIp: meta.clientIp, platform, sdk: rawSdk }
  const person = user(raw.user ?? raw['sentry.interfaces.User'], req, connection, notes)
  if (person) payload.user = person
  if (req) payload.request = req
  const sdkInfo = sdk(rawSdk, notes)
  if (sdkInfo) payload.sdk = sdkInfo
}

function addFreeData(payload: EventPayload, raw: Raw, notes: Notes): void {
  const name = raw.contexts == null ? 'sentry.interfaces.Contexts' : 'contexts'
  const named = contexts(raw, name, notes)
  if (named) payload.contexts = named
  const data = extra(raw, 'extra', notes)
  if (data) payload.extra = data
  const versions = modules(raw, notes)
  if (versions) payload.modules = versions
  const images = debugImages(raw, notes)
  if (images.length > 0) payload.debug_meta = { images }
}
