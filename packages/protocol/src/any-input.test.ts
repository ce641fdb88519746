import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseAuth } from './auth.ts'
import { formatDsn, parseDsn } from './dsn.ts'
import { type Envelope, parseEnvelope, readEnvelopeDsn, serializeEnvelope } from './envelope.ts'
import { ProtocolError } from './errors.ts'
import { parseEventId } from './event-id.ts'
import { exceedsJsonDepth } from './json-depth.ts'
import { parseClientReport } from './outcome.ts'
import { formatRateLimits, parseRateLimits, parseRetryAfter, RateLimits } from './rate-limits.ts'

const hex32 = fc.stringMatching(/^[0-9a-f]{32}$/).filter((id) => id !== '0'.repeat(32))
const text = fc.string({ unit: 'binary', maxLength: 40 })
/** As JSON has it: what JSON cannot tell apart, such as 0 and -0, is made the same first. */
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)))

const header = fc.record(
  {
    event_id: hex32,
    dsn: text,
    sent_at: text,
    sdk: fc.dictionary(text, json, { maxKeys: 3 }),
    trace: fc.dictionary(text, text, { maxKeys: 3 }),
    from_the_future: json,
  },
  { requiredKeys: [] },
)
const itemHeader = fc.record(
  {
    type: fc.string({ minLength: 1, maxLength: 20 }),
    content_type: text,
    filename: text,
    attachment_type: text,
    item_count: fc.integer(),
  },
  { requiredKeys: ['type'] },
)
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((value) => Buffer.from(value)),
  fc.array(fc.constantFrom(...Buffer.from('\n\r {}a')), { maxLength: 30 }).map(Buffer.from),
)
const envelope: fc.Arbitrary<Envelope> = fc.record({
  header,
  items: fc.array(fc.record({ header: itemHeader, payload }), { maxLength: 8 }),
})

test('what is serialised parses back', () => {
  fc.assert(
    fc.property(envelope, (written) => {
      const read = parseEnvelope(serializeEnvelope(written))
      expect(plain(read)).toEqual(
        plain({
          header: written.header,
          items: written.items.map(({ header, payload }) => ({
            header: { ...header, length: payload.length },
            payload,
          })),
        }),
      )
    }),
    { numRuns: 2000 },
  )
})

test('every truncation of an envelope either parses or is refused by name', () => {
  fc.assert(
    fc.property(envelope, fc.double({ min: 0, max: 1, noNaN: true }), (written, share) => {
      const bytes = serializeEnvelope(written)
      throwsOnlyItsOwn(() => parseEnvelope(bytes.subarray(0, Math.floor(bytes.length * share))))
    }),
    { numRuns: 2000 },
  )
})

test('no bytes make the envelope parser throw anything but its own error', () => {
  const lines = fc
    .array(
      fc.oneof(
        fc.constantFrom('{}', '{"type":"event"}', '{"type":"a","length":3}', '', ' ', '[[', '"'),
        fc.json(),
        text,
      ),
      { maxLength: 12 },
    )
    .map((parts) => Buffer.from(parts.join('\n')))
  fc.assert(
    fc.property(fc.oneof(lines, fc.uint8Array({ maxLength: 500 })), (bytes) => {
      throwsOnlyItsOwn(() => parseEnvelope(bytes))
      throwsOnlyItsOwn(() => readEnvelopeDsn(bytes))
    }),
    { numRuns: 5000 },
  )
})

test('no damage to a good envelope makes the parser throw anything but its own error', () => {
  const damage = fc.array(fc.tuple(fc.nat(2000), fc.nat(255), fc.nat(3)), {
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(envelope, damage, (written, edits) => {
      let bytes = Buffer.from(serializeEnvelope(written))
      for (const [place, byte, kind] of edits) {
        const at = place % bytes.length
        const rest = [bytes, bytes.subarray(at + 1), bytes.subarray(at)][kind % 3] ?? bytes
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), rest])
      }
      throwsOnlyItsOwn(() => parseEnvelope(bytes))
    }),
    { numRuns: 3000 },
  )
})

test('no text makes the other parsers throw anything but their own error', () => {
  const hostile = fc.oneof(
    text,
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.tuple(fc.constantFrom('Sentry ', 'Basic ', 'Sentry sentry_key=', '60:'), text).map(join),
    fc.tuple(fc.constantFrom('http://', 'https://a@', 'https://a@[::1'), text).map(join),
  )
  fc.assert(
    fc.property(hostile, (value) => {
      throwsOnlyItsOwn(() => parseDsn(value))
      throwsOnlyItsOwn(() => parseEventId(value))
      throwsOnlyItsOwn(() => parseAuth({ sentryAuth: value }))
      throwsOnlyItsOwn(() => parseAuth({ authorization: value }))
      throwsOnlyItsOwn(() => parseAuth({ query: value }))
      const nowMs = 1_000_000
      const limits = new RateLimits(() => nowMs)
      limits.update({ status: 429, rateLimits: value, retryAfter: value })
      expect(limits.remainingMs('error')).toBeGreaterThanOrEqual(0)
      expect(parseRateLimits(value)).toBeInstanceOf(Array)
      expect(parseRetryAfter(value, nowMs) ?? 0).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 5000 },
  )
})

test('no JSON makes the client report parser throw anything but its own error', () => {
  const entry = fc.oneof(json, fc.record({ reason: json, category: json, quantity: json }))
  const report = fc.oneof(json, fc.record({ discarded_events: fc.array(entry) }))
  fc.assert(
    fc.property(report, (value) => throwsOnlyItsOwn(() => parseClientReport(value))),
    { numRuns: 2000 },
  )
})

test('a formatted DSN parses back', () => {
  const dsn = fc.record({
    scheme: fc.constantFrom('http' as const, 'https' as const),
    publicKey: hex32,
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.constant('[::1]'), fc.constant('localhost')),
    port: fc.integer({ min: 1000, max: 65535 }),
    path: fc.constantFrom('', '/a', '/a/b-c'),
    projectId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  })
  fc.assert(fc.property(dsn, (written) => expect(parseDsn(formatDsn(written))).toEqual(written)))
})

test('formatted rate limits parse back', () => {
  const word = fc.stringMatching(/^[a-z_]{1,12}$/)
  const limit = fc.record(
    {
      retryAfterSeconds: fc.integer({ min: 0, max: 86_400 }),
      categories: fc.array(word, { maxLength: 4 }),
      scope: word,
      reason: word,
    },
    { requiredKeys: ['retryAfterSeconds', 'categories'] },
  )
  fc.assert(
    fc.property(fc.array(limit, { maxLength: 5 }), (written) =>
      expect(parseRateLimits(formatRateLimits(written))).toEqual(written),
    ),
  )
})

test('the depth that is measured is the depth of the value', () => {
  fc.assert(
    fc.property(json, (value) => {
      const depth = depthOf(value)
      const written = Buffer.from(JSON.stringify(value))
      expect(exceedsJsonDepth(written, depth)).toBe(false)
      if (depth > 0) expect(exceedsJsonDepth(written, depth - 1)).toBe(true)
    }),
  )
})

function throwsOnlyItsOwn(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
}

function plain({ header, items }: Envelope): unknown {
  return {
    header: JSON.stringify(header),
    items: items.map((item) => ({
      header: JSON.stringify(item.header),
      payload: Buffer.from(item.payload).toString('hex'),
    })),
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function join(parts: string[]): string {
  return parts.join('')
}
