import type { DataCategory } from './data-category.ts'
import {
  MAX_ATTACHMENT_BYTES,
  MAX_CHECK_IN_BYTES,
  MAX_CLIENT_REPORT_BYTES,
  MAX_ENVELOPE_BYTES,
  MAX_EVENT_BYTES,
  MAX_SECURITY_REPORT_BYTES,
  MAX_SESSION_BYTES,
} from './limits.ts'

export type ItemType = {
  /** What its quota and its outcome are counted under. */
  category: DataCategory
  /** The envelope needs an event id for it: the server makes one up when the header has none. */
  needsEventId: boolean
  /** `process`: it is digested. `ack`: it is answered with 200, counted as unsupported and dropped. */
  action: 'process' | 'ack'
  maxBytes: number
}

/** Every item type that Sentry's SDKs are known to send. */
export const ITEM_TYPES = {
  event: item('error', true, 'process', MAX_EVENT_BYTES),
  client_report: item('internal', false, 'process', MAX_CLIENT_REPORT_BYTES),
  transaction: item('transaction', true, 'ack', MAX_EVENT_BYTES),
  security: item('security', true, 'process', MAX_SECURITY_REPORT_BYTES),
  raw_security: item('security', true, 'process', MAX_SECURITY_REPORT_BYTES),
  attachment: item('attachment', true, 'process', MAX_ATTACHMENT_BYTES),
  form_data: item('default', true, 'ack', MAX_EVENT_BYTES),
  user_report: item('default', true, 'process', MAX_EVENT_BYTES),
  feedback: item('feedback', true, 'process', MAX_EVENT_BYTES),
  session: item('session', false, 'ack', MAX_SESSION_BYTES),
  sessions: item('session', false, 'ack', MAX_SESSION_BYTES),
  check_in: item('monitor', false, 'process', MAX_CHECK_IN_BYTES),
  log: item('log_item', false, 'ack'),
  otel_log: item('log_item', false, 'ack'),
  trace_metric: item('trace_metric', false, 'ack'),
  span: item('span', false, 'ack'),
  otel_span: item('span', false, 'ack'),
  profile: item('profile', true, 'ack'),
  profile_chunk: item('profile_chunk', false, 'ack'),
  profile_chunk_ui: item('profile_chunk', false, 'ack'),
  replay_event: item('replay', true, 'ack'),
  replay_recording: item('replay', false, 'ack'),
  replay_video: item('replay', false, 'ack'),
  statsd: item('metric_bucket', false, 'ack'),
  metric_buckets: item('metric_bucket', false, 'ack'),
  metric_meta: item('metric_bucket', false, 'ack'),
  nel: item('default', false, 'ack'),
  unreal_report: item('error', true, 'ack'),
} as const satisfies Record<string, ItemType>

/** Whether items of this type become events. */
export function isEventType(type: string): boolean {
  return type === 'event' || type === 'security' || type === 'raw_security'
}

const UNKNOWN = item('default', false, 'ack')

/** What we do with an item of this type; types from the future are acknowledged like any other. */
export function itemType(type: string): ItemType {
  return Object.hasOwn(ITEM_TYPES, type) ? ITEM_TYPES[type as keyof typeof ITEM_TYPES] : UNKNOWN
}

function item(
  category: DataCategory,
  needsEventId: boolean,
  action: ItemType['action'],
  maxBytes: number = MAX_ENVELOPE_BYTES,
): ItemType {
  return { category, needsEventId, action, maxBytes }
}
