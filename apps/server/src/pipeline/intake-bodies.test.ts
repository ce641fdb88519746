import * as zlib from 'node:zlib'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  EVENT_ID,
  envelopeOf,
  eventEnvelope,
  type IntakeServer,
  startIntake,
} from '../../test/intake-server.ts'

let server: IntakeServer

beforeAll(async () => {
  server = await startIntake()
})

afterEach(() => {
  expect(server.logged).toEqual([])
})

afterAll(() => server.close())

const PLAIN = eventEnvelope({ message: 'packed '.repeat(500) })
const MIB = 1024 * 1024
/** An envelope of 3 KB by the reference implementation: zstd -19. */
const ZSTD = Buffer.from(
  'KLUv/WQRCz0KAOaQNRlQeQPZyGLsmF55wQhRlsuRQNvapFNmnqgwLQAuAC4AU+MpenXqX/d9kTRV1xfcrNDJ6rnD27tWvE6B' +
    '0qtfb9xOAqVbr37haucbXicDeHPqRsbcZhBz6jojjMJ+uvA8q/Dql7Py3TDmnPVhTlrr25q1tnbq180Yu1cGA/jziGFyoJ7Q' +
    'MwXKgToIrgWv+xGauxvPZ27W7vbcOnd2Tq9ebfHu3FmnRvUu3xxlSZUl5TjfNM8wvyyvKJ8kjyB//P+/8e84TcMwy6IoSYIg' +
    'xnEc/09LF4xJrw03qBGQMkmipAUpKuZgk6ZpMTEMgxESgYWFJbEiRuKRGPkQ/hX+ybf5XfyJv5F9290z4Z92z5nQl91pBn/5' +
    '2+c+zze/oQ/bWVfFr3AwXCXNJnml1q1ahPrf0KeWIgXfgxpQq1kXmmXUxJeoB/Tufo5aXlg=',
  'base64',
)
const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }
const gzip = (body: Buffer) => zlib.gzipSync(body)
const PACKERS: [string, string, (body: Buffer) => Buffer][] = [
  ['gzip', 'gzip', gzip],
  ['x-gzip', 'gzip', gzip],
  ['GZIP', 'gzip', gzip],
  ['deflate', 'deflate', (body) => zlib.deflateSync(body)],
  ['deflate', 'deflate', (body) => zlib.deflateRawSync(body)],
  ['br', 'br', (body) => zlib.brotliCompressSync(body, QUICK)],
  ['identity', 'identity', (body) => body],
  ['', 'identity', (body) => body],
  ['UTF-8', 'identity', (body) => body],
]

describe('a body', () => {
  test.each(PACKERS)('in "%s" is kept as %s, the bytes that came', async (name, kept, pack) => {
    const answer = await server.postEnvelope(pack(PLAIN), { 'content-encoding': name })
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
    const record = (await server.records()).at(-1)
    expect(record).toMatchObject({ encoding: kept, body: pack(PLAIN) })
    expect(messageOf(record)).toBe('packed '.repeat(500))
  })

  test('in zstd is kept', async () => {
    const answer = await server.postEnvelope(ZSTD, { 'content-encoding': 'zstd' })
    expect(answer).toMatchObject({ status: 200, body: `{"id":"${EVENT_ID}"}` })
    const record = (await server.records()).at(-1)
    expect(record).toMatchObject({ encoding: 'zstd', body: ZSTD })
    expect(record?.envelope.items[0]?.payload.length).toBeGreaterThan(2900)
  })

  test.each(['gzip', 'deflate', 'br'] as const)(
    'in %s that unpacks to megabytes is kept, and all of it was read',
    async (encoding) => {
      const pack = PACKERS.find(([name]) => name === encoding)![2]
      const attachment = { header: { type: 'attachment' }, payload: Buffer.alloc(9 * MIB, 'x') }
      const last = { header: { type: 'event' }, payload: '{"message":"last"}' }
      const body = pack(envelopeOf([attachment, last]))
      const answer = await server.postEnvelope(body, { 'content-encoding': encoding })
      expect(answer.status).toBe(200)
      expect(messageOf((await server.records()).at(-1))).toBe('last')
    },
  )
})

const isRefused = async (status: number, encoding: string, body: Buffer) => {
  const before = server.appended()
  const answer = await server.postEnvelope(body, { 'content-encoding': encoding })
  expect([answer.status, server.appended()]).toEqual([status, before])
  return answer
}

describe.each(PACKERS.slice(0, 6))('%s', (name, _, pack) => {
  const packed = pack(PLAIN)

  test('C01: cut short anywhere it is refused with 400', async () => {
    for (let cut = 0; cut < packed.length; cut += 3) {
      await isRefused(400, name, packed.subarray(0, cut))
    }
  })

  test('C02: with a changed byte it is refused, or what it unpacks to is accepted', async () => {
    for (let at = 0; at < packed.length; at += 2) {
      const changed = Buffer.from(packed)
      changed[at] = changed[at]! ^ 0x11
      const { status } = await server.postEnvelope(changed, { 'content-encoding': name })
      expect([200, 400, 413]).toContain(status)
    }
  })

  test('C02: with bytes after its end it is refused with 400', async () => {
    await isRefused(400, name, Buffer.concat([packed, Buffer.from('trailing garbage')]))
  })

  test('C03: a bomb is refused with 413 without the memory it wants', async () => {
    const bomb = pack(Buffer.concat([ATTACHMENT_HEADER, Buffer.alloc(130 * MIB)]))
    const before = process.memoryUsage().arrayBuffers
    await isRefused(413, name, bomb)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(260 * MIB)
  }, 30_000)

  test('C05: a body that is not packed at all is refused with 400', async () => {
    await isRefused(400, name, PLAIN)
  })
})

const ATTACHMENT_HEADER = Buffer.from(`{"event_id":"${EVENT_ID}"}\n{"type":"attachment"}\n`)

test('C02: two gzip members are one body', async () => {
  const half = Math.floor(PLAIN.length / 2)
  const body = Buffer.concat([gzip(PLAIN.subarray(0, half)), gzip(PLAIN.subarray(half))])
  expect(gunzipSync(body)).toEqual(PLAIN)
  expect((await server.postEnvelope(body, { 'content-encoding': 'gzip' })).status).toBe(200)
})

describe('C04: zstd', () => {
  test('cut short anywhere is refused with 400', async () => {
    for (let cut = 0; cut < ZSTD.length; cut += 3) {
      await isRefused(400, 'zstd', ZSTD.subarray(0, cut))
    }
  })

  test('with bytes after its end is refused with 400', async () => {
    await isRefused(400, 'zstd', Buffer.concat([ZSTD, Buffer.from('trailing garbage')]))
  })

  test('a bomb of repeated bytes is refused with 413', async () => {
    // RFC 8878: magic, no single segment, window 128 KiB, then blocks of one byte 128 Ki times over.
    const block = Buffer.from([0x02, 0x00, 0x10, 0x20])
    const blocks = Buffer.concat(Array.from({ length: 2000 }, () => block))
    const last = Buffer.from([0x03, 0x00, 0x10, 0x20])
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])
    await isRefused(413, 'zstd', Buffer.concat([header, blocks, last]))
  })

  test.each([
    ['a window of 3 TB', [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff]],
    ['a window just over 8 MiB', [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x69]],
    ['an announced size of petabytes', [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 9, 0]],
  ])('%s is refused with 413 before anything is set aside', async (_, header) => {
    await isRefused(413, 'zstd', Buffer.concat([Buffer.from(header), Buffer.from([1, 0, 0])]))
  })
})

test.each(['gzip, br', 'gzip, gzip', 'x-unknown', 'compress', 'constructor', '*'])(
  'C05: the encoding "%s" is refused with 415 that names the right ones',
  async (encoding) => {
    const answer = await isRefused(415, encoding, gzip(PLAIN))
    expect(answer.body).toContain('use gzip, deflate, br and zstd')
  },
)

test('C05: gzip inside gzip is refused with 400', async () => {
  await isRefused(400, 'gzip', gzip(gzip(PLAIN)))
})

describe('C06: megabytes without a line feed are refused with 400', () => {
  const endless = Buffer.alloc(15 * MIB, ' ')
  test.each([
    ['as first line', Buffer.concat([Buffer.from('{"a":"'), endless])],
    ['as item header', Buffer.concat([Buffer.from('{}\n{"type":"'), endless])],
    ['as blanks between items', Buffer.concat([Buffer.from('{}\n'), endless])],
  ])('%s', async (_, body) => {
    await isRefused(400, 'identity', body)
  })
})

describe('sizes', () => {
  test('a body over 20 MiB is refused with 413, announced or not, and the connection closed', async () => {
    const body = Buffer.alloc(20 * MIB + 1, 'x')
    const announced = await server.postEnvelope(body)
    expect([announced.status, announced.headers.connection]).toEqual([413, 'close'])
    const chunked = await server.postEnvelope(body, { 'transfer-encoding': 'chunked' })
    expect([chunked.status, chunked.headers.connection]).toEqual([413, 'close'])
  }, 30_000)

  test('an event of just 1 MiB is kept, a larger one refused with 413 and counted', async () => {
    const eventOf = (bytes: number) => {
      const frame = '{"message":""}'
      return eventEnvelope({ message: 'x'.repeat(bytes - frame.length) })
    }
    await server.counted()
    expect((await server.postEnvelope(eventOf(MIB))).status).toBe(200)
    expect((await server.postEnvelope(eventOf(MIB + 1))).status).toBe(413)
    expect(await server.counted()).toEqual({ 'invalid/too_large/error': 1 })
  })

  test('an empty body is refused with 400', async () => {
    await isRefused(400, 'identity', Buffer.alloc(0))
  })

  test('refused bodies of a known key are counted as one event each', async () => {
    await server.counted()
    await isRefused(400, 'gzip', Buffer.from('no gzip'))
    await isRefused(400, 'identity', Buffer.from('no envelope'))
    await isRefused(415, 'x-unknown', PLAIN)
    expect(await server.counted()).toEqual({
      'invalid/invalid_encoding/error': 2,
      'invalid/invalid_envelope/error': 1,
    })
  })
})

function messageOf(record: Awaited<ReturnType<IntakeServer['records']>>[number] | undefined) {
  const event = record?.envelope.items.find(({ header }) => header.type === 'event')
  return JSON.parse(Buffer.from(event!.payload).toString()).message
}
