/**
 * What is counted, in the words that rate-limit headers, client reports and outcomes share with
 * Sentry's SDKs.
 */
export const DATA_CATEGORIES = [
  'default',
  'error',
  'transaction',
  'security',
  'attachment',
  'session',
  'profile',
  'profile_chunk',
  'replay',
  'monitor',
  'feedback',
  'span',
  'log_item',
  'log_byte',
  'trace_metric',
  'metric_bucket',
  'internal',
] as const
export type DataCategory = (typeof DATA_CATEGORIES)[number]

/** Whether the text names one of our categories. Senders newer than us may know more. */
export function isDataCategory(text: unknown): text is DataCategory {
  return (DATA_CATEGORIES as readonly unknown[]).includes(text)
}
