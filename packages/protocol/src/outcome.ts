import { type DataCategory, isDataCategory } from './data-category.ts'
import { ProtocolError } from './errors.ts'

/** How an item can end. Each item ends in exactly one. */
export const OUTCOMES = [
  'accepted',
  'filtered',
  'rate_limited',
  'invalid',
  'client_discard',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why the server refused or dropped an item, or what is special about one it kept, with the sentence that its owner reads. */
export const SERVER_REASONS = {
  too_large: 'It was larger than the limit for its kind.',
  too_deep: 'Its JSON was nested too deeply.',
  too_many_items: 'Its envelope held too many items.',
  invalid_encoding: 'Its body could not be unpacked.',
  incomplete: 'Its request did not arrive whole, or not in time.',
  invalid_envelope: 'Its envelope was not well formed.',
  invalid_json: 'It was not valid JSON.',
  invalid_event_id: 'Its event id was not a UUID.',
  no_data: 'It held nothing to show.',
  duplicate: 'An event with the same id was already stored.',
  unsupported_item: 'This version of Mayday does not use items of its type.',
  project_gone: 'Its project was deleted before it was digested.',
  key_disabled: 'Its project key is switched off.',
  new_issue_limit:
    'It was kept, but in the issue that collects what goes beyond 1,000 new issues an hour.',
  quota: 'Its project or key had used up its quota.',
  overloaded: 'The server could not keep it at that time.',
  damaged: 'Its record in the journal could not be read back.',
  dead_letter: 'Digesting it failed; it is kept as a dead letter.',
} as const
export type ServerReason = keyof typeof SERVER_REASONS

/** Why an SDK dropped an item before it was sent, as it says in its client report. */
export const CLIENT_REASONS = {
  queue_overflow: 'The SDK had more waiting than its queue holds.',
  cache_overflow: 'The SDK had more kept on disk than it may.',
  buffer_overflow: 'The SDK had more buffered than it may.',
  ratelimit_backoff: 'The SDK kept silent because the server had asked it to.',
  network_error: 'The SDK could not reach the server.',
  send_error: 'The server refused the request.',
  sample_rate: "The SDK's sample rate left it out.",
  before_send: 'The hook beforeSend of the program dropped it.',
  event_processor: 'An event processor of the program dropped it.',
  ignored: 'The program told the SDK to ignore it.',
  insufficient_data: 'The SDK had too little to send.',
  backpressure: 'The SDK sent less because the program was overloaded.',
  internal_sdk_error: 'The SDK itself failed.',
  invalid: 'The SDK found it to be invalid.',
  other: 'The SDK gave a reason that this version of Mayday does not know.',
} as const
export type ClientReason = keyof typeof CLIENT_REASONS

export type Reason = ServerReason | ClientReason

/** Sentence for every reason. */
export const REASONS: Readonly<Record<Reason, string>> = { ...SERVER_REASONS, ...CLIENT_REASONS }

/** Payload of a `client_report` item, as an SDK writes it. */
export type ClientReport = {
  /** Seconds since 1970. */
  timestamp: number
  discarded_events: { reason: ClientReason; category: DataCategory; quantity: number }[]
}

/** One count out of a client report, as the server books it. */
export type Discarded = {
  outcome: Outcome
  reason: ClientReason
  category: DataCategory
  quantity: number
}

/** Older SDKs sort what they dropped into lists of their own. */
const OUTCOME_OF_LIST = {
  discarded_events: 'client_discard',
  rate_limited_events: 'rate_limited',
  filtered_events: 'filtered',
  filtered_sampling_events: 'filtered',
} as const satisfies Record<string, Outcome>

const MAX_QUANTITY = 2 ** 31 - 1

/**
 * Reads the parsed JSON of a `client_report` item. Reasons and categories that we do not know count
 * as `other` and `default`, so that a sender cannot invent any number of them; entries without a
 * usable quantity are skipped.
 *
 * @throws ProtocolError `invalid_client_report` when it is not a JSON object
 */
export function parseClientReport(report: unknown): Discarded[] {
  if (typeof report !== 'object' || report === null || Array.isArray(report)) {
    throw new ProtocolError('invalid_client_report', 'The client report is not a JSON object.')
  }
  return Object.entries(OUTCOME_OF_LIST).flatMap(([list, outcome]) => {
    const entries: unknown = (report as Record<string, unknown>)[list]
    return Array.isArray(entries) ? entries.flatMap((entry) => parseEntry(entry, outcome)) : []
  })
}

function parseEntry(entry: unknown, outcome: Outcome): Discarded[] {
  if (typeof entry !== 'object' || entry === null) return []
  const { reason, category, quantity } = entry as Record<string, unknown>
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1) return []
  return [
    {
      outcome,
      reason: isClientReason(reason) ? reason : 'other',
      category: isDataCategory(category) ? category : 'default',
      quantity: Math.min(quantity, MAX_QUANTITY),
    },
  ]
}

function isClientReason(text: unknown): text is ClientReason {
  return typeof text === 'string' && Object.hasOwn(CLIENT_REASONS, text)
}
