import { expect, test } from '@jest/globals'
import { Event, EventSummary } from '@mayday/protocol/api/events'
import { serializeEnvelope } from '@mayday/protocol/envelope'
import fc from 'fast-check'
import { type EventRow, eventOf, eventSummaryOf } from './event-view.ts'

const ALONE = { previousId: null, nextId: null, position: 1 }
const RECEIVED_AT = new Date('2026-11-23T10:00:00Z')

function rowOf(raw: unknown): EventRow {
  const payload = Buffer.from(JSON.stringify(raw))
  const envelope = { header: {}, items: [{ header: { type: 'event' }, payload }] }
  return {
    eventId: 'aabbccdd-1122-4344-9566-778899001122',
    projectId: 7,
    issueId: '41',
    receivedAt: RECEIVED_AT,
    occurredAt: RECEIVED_AT,
    clientIp: null,
    size: payload.length,
    encoding: 0,
    data: Buffer.from(serializeEnvelope(envelope)),
  }
}

test('an event with nothing in it still has every field', () => {
  const event = Event.strict().parse(eventOf(rowOf({}), ALONE))
  expect(event).toMatchObject({
    id: 'aabbccdd112243449566778899001122',
    groupID: '41',
    projectID: '7',
    type: 'default',
    platform: 'other',
    entries: [],
    user: null,
    release: null,
    sdk: null,
    contexts: {},
    context: {},
    packages: {},
  })
  expect(event.title).not.toBe('')
})

test('lines of source without a number still read in order', () => {
  const frame = {
    filename: 'a.js',
    pre_context: ['one'],
    context_line: 'two',
    post_context: ['three'],
  }
  const event = eventOf(
    rowOf({ exception: { values: [{ type: 'E', stacktrace: { frames: [frame] } }] } }),
    ALONE,
  )
  const [entry] = event.entries
  expect(
    entry?.type === 'exception' && entry.data.values[0]?.stacktrace?.frames[0]?.context,
  ).toEqual([
    [1, 'one'],
    [2, 'two'],
    [3, 'three'],
  ])
})

test('an address that is not absolute is null, since clients refuse it', () => {
  const urlOf = (url: string) => {
    const entry = eventOf(rowOf({ request: { url, method: 'GET' } }), ALONE).entries[0]
    return entry?.type === 'request' ? entry.data.url : undefined
  }
  expect(urlOf('/orders/7')).toBeNull()
  expect(urlOf('javascript:alert(1)')).toBeNull()
  expect(urlOf('https://shop.example/a')).toBe('https://shop.example/a')
})

test('whatever an SDK sent, the answer is what the schema says', () => {
  const anything = fc.jsonValue({ maxDepth: 4 })
  const field = fc.oneof(anything, fc.record({ values: fc.array(anything, { maxLength: 3 }) }))
  const names = [
    ...[
      'exception',
      'threads',
      'breadcrumbs',
      'request',
      'user',
      'contexts',
      'tags',
      'extra',
      'sdk',
    ],
    ...[
      'modules',
      'logentry',
      'message',
      'level',
      'platform',
      'release',
      'dist',
      'timestamp',
      'errors',
    ],
    ...['fingerprint', 'transaction', 'environment', 'stacktrace', 'culprit', 'logger'],
  ]
  const event = fc.record(Object.fromEntries(names.map((name) => [name, field])), {
    requiredKeys: [],
  })
  fc.assert(
    fc.property(event, (raw) => {
      const row = rowOf(raw)
      // What is sent is the JSON of it, in which an absent value and undefined are one.
      Event.strict().parse(JSON.parse(JSON.stringify(eventOf(row, ALONE))))
      EventSummary.strict().parse(JSON.parse(JSON.stringify(eventSummaryOf(row))))
      Event.parse(eventOf(row, ALONE))
    }),
    { numRuns: 300 },
  )
})
