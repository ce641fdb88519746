/**
 * One accepted envelope, as intake hands it to the journal and digest gets it back. The body is what
 * the client sent, still compressed: unpacking again costs less than packing.
 */
export type JournalRecord = {
  projectId: number
  /** Row id of the project key it came by. */
  keyId: number
  /** Milliseconds since 1970 at which intake accepted it; fixes the partition, also on replay. */
  receivedAtMs: number
  /** Id of the event that the envelope is about: 32 hex digits, or empty when it is about none. */
  eventId: string
  /** Number of event items, for the backlog that operators see. */
  events: number
  /** Content encoding of the body. */
  encoding: BodyEncoding
  /** Address of the client, or empty. */
  clientIp: string
  /** `sentry_client`, else the User-Agent header; or empty. */
  client: string
  /** An envelope of `packages/protocol/envelope`, in the given encoding. */
  body: Buffer
}

export const BODY_ENCODINGS = ['identity', 'gzip', 'deflate', 'br', 'zstd'] as const
export type BodyEncoding = (typeof BODY_ENCODINGS)[number]

/** Where a reader stands: `position` is the byte offset of the next record in that segment. */
export type JournalPosition = { segment: number; position: number }
