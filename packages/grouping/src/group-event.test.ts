import { describe, expect, test } from '@jest/globals'
import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { groupEvent } from './group-event.ts'

const bare: EventPayload = {
  event_id: '0'.repeat(32),
  timestamp: 1,
  platform: 'node',
  level: 'error',
}
const ours: Frame = {
  filename: '/srv/shop/src/orders.js',
  function: 'load',
  context_line: 'a.b.c',
  in_app: true,
}
const theirs: Frame = {
  filename: '/srv/shop/node_modules/pg/lib/client.js',
  function: 'Client.query',
  context_line: 'throw error',
  in_app: false,
}
const nodes: Frame = { filename: 'node:net', function: 'afterConnect', in_app: false }

function parts(event: Partial<EventPayload>): string[] {
  return groupEvent({ ...bare, ...event }).parts.map(({ kind, value }) => `${kind}: ${value}`)
}

function thrown(exception: Exception, ...frames: Frame[]): Partial<EventPayload> {
  return { exception: { values: [{ ...exception, stacktrace: { frames } }] } }
}

describe('what counts', () => {
  const error = { type: 'Error', value: 'order 17 failed' }
  const oursParts = ['file: orders', 'function: load', 'context_line: a.b.c']

  test.each<[string, Partial<EventPayload>, string[]]>([
    ['type and in-app frames', thrown(error, nodes, ours, theirs), ['type: Error', ...oursParts]],
    [
      'all frames and the message where none is in-app',
      thrown(error, nodes, theirs),
      ['type: Error', 'file: pg/lib/client', 'function: query', 'value: order <int> failed'],
    ],
    [
      'the message where only the runtime took part',
      thrown(error, nodes),
      ['type: Error', 'value: order <int> failed'],
    ],
    [
      'the message where there are no frames',
      thrown(error),
      ['type: Error', 'value: order <int> failed'],
    ],
    [
      'the message where in-app frames tell nothing but a bundle',
      thrown(error, {
        filename: 'https://shop.example/main.8d7f6e5a.js',
        function: 't',
        in_app: true,
      }),
      ['type: Error', 'file: main', 'value: order <int> failed'],
    ],
    [
      'the message of a thrown string, whose stack is that of the capture',
      thrown({ ...error, mechanism: { type: 'generic', synthetic: true } }, ours),
      ['type: ', ...oursParts, 'value: order <int> failed'],
    ],
    [
      'the message of a thrown string, as our SDK sends it',
      thrown({ ...error, type: 'NonError' }, ours),
      ['type: NonError', ...oursParts, 'value: order <int> failed'],
    ],
    [
      'the message of an error value of Go, whose stack is that of the capture',
      {
        platform: 'go',
        ...thrown(
          { type: '*errors.errorString', value: 'order 17 failed' },
          { module: 'main', function: 'run', in_app: true },
        ),
      },
      ['type: *errors.errorString', 'module: main', 'function: run', 'value: order <int> failed'],
    ],
    [
      'type and message of a cause that passed through none of our code',
      {
        exception: {
          values: [
            {
              type: 'SocketError',
              value: 'read ECONNRESET 10.0.0.7:40001',
              stacktrace: { frames: [nodes] },
            },
            { ...error, stacktrace: { frames: [ours] } },
          ],
        },
      },
      ['type: SocketError', 'value: read ECONNRESET <ip>:<int>', 'type: Error', ...oursParts],
    ],
    [
      'the stack of the crashed thread, and the message',
      {
        logentry: { formatted: 'late 17' },
        threads: {
          values: [
            { stacktrace: { frames: [theirs] } },
            { crashed: true, stacktrace: { frames: [ours] } },
          ],
        },
      },
      ['thread: ', ...oursParts, 'message: late <int>'],
    ],
    [
      'the current thread where none crashed',
      { threads: { values: [{}, { current: true, stacktrace: { frames: [ours] } }] } },
      ['thread: ', ...oursParts],
    ],
    [
      'the only thread',
      { threads: { values: [{ stacktrace: { frames: [ours] } }] } },
      ['thread: ', ...oursParts],
    ],
    [
      'no thread where several are alike',
      {
        logentry: { formatted: 'late' },
        threads: {
          values: [{ stacktrace: { frames: [ours] } }, { stacktrace: { frames: [ours] } }],
        },
      },
      ['message: late'],
    ],
    [
      "the message's template, not its values",
      { logentry: { message: 'stock of %s is low', formatted: 'stock of tea is low' } },
      ['message: stock of %s is low'],
    ],
    [
      'the text of a message that the SDK sent with its stack',
      { ...thrown({ value: 'order 17 late' }, ours), logentry: { formatted: 'order 17 late' } },
      ['message: order <int> late'],
    ],
    ['a fixed text when there is nothing', {}, ['fallback: no exception, stack trace or message']],
    [
      'a fixed text for an exception of nothing',
      { exception: { values: [{}] } },
      ['fallback: no exception, stack trace or message'],
    ],
    [
      'the fingerprint alone',
      { ...thrown(error, ours), fingerprint: ['payment', '{{ type }}'] },
      ['fingerprint: payment', 'fingerprint: Error'],
    ],
    [
      'the default in the place that the fingerprint gives it',
      { ...thrown(error, ours), fingerprint: ['{{ default }}', 'acme'] },
      ['type: Error', ...oursParts, 'fingerprint: acme'],
    ],
  ])('%s', (_name, event, expected) => {
    expect(parts(event)).toEqual(expected)
  })

  test('level, release, tags, user, request and server do not', () => {
    const event = { ...bare, ...thrown(error, ours) }
    const other: EventPayload = {
      ...event,
      level: 'fatal',
      release: '2',
      environment: 'test',
      server_name: 'web-2',
      tags: { a: 'b' },
      user: { id: '1' },
      request: { url: 'https://shop.example' },
      transaction: 'GET /',
    }
    expect(groupEvent(other).hash).toBe(groupEvent(event).hash)
  })
})

describe('the algorithm', () => {
  test.each<[string, object]>([
    ['v1', {}],
    ['v1', { fingerprint: ['{{ default }}'] }],
    ['custom', { fingerprint: ['a'] }],
    ['hybrid', { fingerprint: ['{{ default }}', 'a'] }],
    ['checksum', { checksum: 'a', fingerprint: ['b'] }],
  ])('is %s for %j', (algorithm, fields) => {
    const grouping = groupEvent({ ...bare, ...fields })
    expect(grouping.algorithm).toBe(algorithm)
    expect(grouping.hash).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('the hash', () => {
  test('is a checksum of 32 hex digits as it stands', () => {
    const checksum = 'D41D8CD98F00B204E9800998ECF8427E'
    expect(groupEvent({ ...bare, checksum }).hash).toBe(checksum.toLowerCase())
  })

  test('tells where one part ends and the next begins', () => {
    const hash = (fingerprint: string[]) => groupEvent({ ...bare, fingerprint }).hash
    const hashes = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      ['c', 'ab'],
      ['a\nfingerprint:1:b', 'c'],
    ].map(hash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('is that of the inner exception when a framework wrapped it', () => {
    const inner = { type: 'TypeError', stacktrace: { frames: [ours] } }
    const wrapped = { type: 'GraphQLError', value: 'x', stacktrace: { frames: [theirs] } }
    const alone = groupEvent({ ...bare, exception: { values: [inner] } })
    const both = groupEvent({ ...bare, exception: { values: [inner, wrapped] } })
    expect(both.hash).toBe(alone.hash)
    expect(both.mainException).toBe(inner)
  })
})
