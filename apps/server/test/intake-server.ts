import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Envelope, parseEnvelope } from '@mayday/protocol/envelope'
import Fastify from 'fastify'
import type { Database } from '../src/db/sql.ts'
import { unpack } from '../src/events/unpack.ts'
import { Journal } from '../src/journal/journal.ts'
import { JournalReader } from '../src/journal/journal-reader.ts'
import type { JournalRecord } from '../src/journal/record.ts'
import { OutcomeCounter } from '../src/outcomes/outcomes.ts'
import { registerIntake } from '../src/pipeline/intake.ts'
import type { KnownKey } from '../src/projects/known-key.ts'
import { type KeySource, ProjectKeys } from '../src/projects/project-keys.ts'

export const KEY = 'a'.repeat(32)
export const OTHER_KEY = 'b'.repeat(32)
export const DISABLED_KEY = 'd'.repeat(32)
export const LIMITED_KEY = 'e'.repeat(32)
export const WRONG_KEY = 'f'.repeat(32)
export const EVENT_ID = 'c'.repeat(32)

export const KEYS: KnownKey[] = [
  { id: 11, projectId: 1, publicKey: KEY, isActive: true, rateLimit: null },
  { id: 12, projectId: 2, publicKey: OTHER_KEY, isActive: true, rateLimit: null },
  { id: 13, projectId: 1, publicKey: DISABLED_KEY, isActive: false, rateLimit: null },
  {
    id: 14,
    projectId: 1,
    publicKey: LIMITED_KEY,
    isActive: true,
    rateLimit: { windowSeconds: 3600, count: 3 },
  },
]

/** The table of keys in memory; counts its statements and can go away. */
export class KeyTable implements KeySource {
  keys: KnownKey[]
  statements = 0
  touched: number[] = []
  state: 'there' | 'away' | 'frozen' = 'there'

  constructor(keys: KnownKey[] = KEYS) {
    this.keys = keys
  }

  newest(limit: number) {
    return this.#answer(() => this.keys.slice(-limit))
  }

  byPublicKeys(publicKeys: string[]) {
    return this.#answer(() => this.keys.filter((key) => publicKeys.includes(key.publicKey)))
  }

  touch(ids: number[]) {
    return this.#answer(() => void this.touched.push(...ids))
  }

  async #answer<Answer>(answer: () => Answer): Promise<Answer> {
    this.statements++
    if (this.state === 'away') throw new Error('connection refused')
    if (this.state === 'frozen') return new Promise(() => {})
    return answer()
  }
}

export type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: string }
export type KeptRecord = JournalRecord & { envelope: Envelope }

export type IntakeServer = Awaited<ReturnType<typeof startIntake>>

/** Intake on a real port with a real journal in a folder of its own. */
export async function startIntake(
  options: { maxBytes?: number; table?: KeyTable; ignoreTrailingSlash?: boolean } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'mayday-intake-'))
  const journalFolder = join(folder, 'journal')
  const journal = await Journal.open(journalFolder, { maxBytes: options.maxBytes ?? 1024 ** 3 })
  const table = options.table ?? new KeyTable()
  const keys = await ProjectKeys.open({ source: table, snapshotFile: join(folder, 'keys.json') })
  const outcomes = new OutcomeCounter()
  let appended = 0
  const logged: unknown[] = []
  const fastify = Fastify({
    routerOptions: { ignoreTrailingSlash: options.ignoreTrailingSlash ?? true },
    logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } },
    forceCloseConnections: true,
  })
  registerIntake(fastify, { journal, keys, outcomes, appended: () => void appended++ })
  await fastify.listen({ port: 0, host: '127.0.0.1' })
  const { port } = fastify.server.address() as AddressInfo
  const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    send(port, { method: 'POST', path, headers }, body)

  return {
    port,
    fastify,
    journal,
    journalFolder,
    table,
    keys,
    logged,
    post,
    /** With the right key in the query, as browsers send it. */
    postEnvelope: (body: string | Buffer, headers: Record<string, string> = {}, key = KEY) =>
      post(`/api/1/envelope/?sentry_key=${key}`, body, headers),
    send: (method: string, path: string, headers: Record<string, string> = {}) =>
      send(port, { method, path, headers }, ''),
    connect: () => connect(port, '127.0.0.1'),
    appended: () => appended,
    records: () => readRecords(journalFolder),
    /** What was counted since the last call, as `outcome/reason/category` and number. */
    counted: () => flushed(outcomes),
    async close() {
      await fastify.close()
      await journal.close()
      await keys.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** By node:http, which neither adds a Content-Type nor changes what it is given. */
function send(
  port: number,
  options: { method: string; path: string; headers: Record<string, string> },
  body: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 0, headers } = response
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks).toString() })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends bytes as they are and gives what came back until the server closes or the text matches. */
export function converse(
  socket: Socket,
  bytes: string | Buffer,
  until: RegExp = /\r\n\r\n\{.*\}/s,
): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const finish = () => {
      socket.destroy()
      resolve(text)
    }
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (until.test(text)) finish()
    })
    socket.on('close', finish)
    socket.on('error', finish)
    socket.write(bytes)
  })
}

/** Every record with its envelope, unpacked as digest does it. */
async function readRecords(folder: string): Promise<KeptRecord[]> {
  const reader = await JournalReader.open(folder)
  const records: KeptRecord[] = []
  let batch = await reader.read(undefined, 10_000_000, 10_000)
  for (; batch.records.length > 0; batch = await reader.read(batch.next, 10_000_000, 10_000)) {
    for (const { record } of batch.records) {
      const envelope = parseEnvelope(unpack(record.encoding, record.body, 200_000_000))
      records.push({ ...record, envelope })
    }
  }
  await reader.close()
  return records
}

async function flushed(outcomes: OutcomeCounter): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const query = async (_: string, [projects, , , outcome, reason, category, n]: unknown[][]) => {
    projects?.forEach((_, i) => {
      const name = `${outcome?.[i]}/${reason?.[i]}/${category?.[i]}`
      counts[name] = (counts[name] ?? 0) + Number(n?.[i])
    })
    return []
  }
  await outcomes.flush({ query } as unknown as Database)
  return counts
}

export function envelopeOf(
  items: { header: Record<string, unknown>; payload: string | Buffer }[],
  header: Record<string, unknown> = { event_id: EVENT_ID },
): Buffer {
  const parts = [Buffer.from(JSON.stringify(header))]
  for (const { header, payload } of items) {
    const bytes = Buffer.from(payload)
    const withLength = { length: bytes.length, ...header }
    parts.push(Buffer.from(`\n${JSON.stringify(withLength)}\n`), bytes)
  }
  return Buffer.concat(parts)
}

export function eventEnvelope(event: unknown = { message: 'hello' }): Buffer {
  return envelopeOf([{ header: { type: 'event' }, payload: JSON.stringify(event) }])
}
