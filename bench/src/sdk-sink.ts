import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/**
 * Takes what any of the SDKs sends, answers as their services do, and counts. A process of its own,
 * so that its work is not that of the SDK. Tells its port by IPC; asked with `take`, it gives the
 * counts since it was last asked.
 */
export type SinkCounts = {
  requests: number
  events: number
  bytes: number
  /** Repeats that `@mayday/node` told of on the event that stands for them. */
  onEvents: number
  /** What Sentry's and our client reports say was not sent. */
  inReports: number
}

const NONE: SinkCounts = { requests: 0, events: 0, bytes: 0, onEvents: 0, inReports: 0 }
const MAX_READ_BYTES = 4 * 1024 * 1024
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024
let counts = { ...NONE }

const ports = await Promise.all([listen(0), listen(80)])
process.on('message', () => {
  process.send?.(counts)
  counts = { ...NONE }
})
process.on('disconnect', () => process.exit())
process.send?.({ port: ports[0], hasPort80: ports[1] !== undefined })

async function listen(port: number): Promise<number | undefined> {
  const server = createServer((request, response) => {
    void take(request, response)
  })
  return await new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(portOf(server)))
  })
}

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    count(request, await bodyOf(request))
    const { status, body } = answerTo(request.url ?? '')
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  } catch {
    // A process that was ended while it sent, or a body that is none: the next one is to be counted.
    response.destroy()
  }
}

/** Undefined for one that is too large to be read here without holding up the next SDK. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MAX_READ_BYTES) chunks.push(chunk)
  }
  counts.bytes += bytes
  return bytes <= MAX_READ_BYTES ? Buffer.concat(chunks) : undefined
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function answerTo(path: string): { status: number; body: string } {
  if (path.startsWith('/v1/')) return { status: 201, body: '{"id":"1"}' }
  if (path.startsWith('/rollbar')) return { status: 200, body: '{"err":0,"result":{"uuid":"1"}}' }
  if (path.startsWith('/bugsnag')) return { status: 202, body: '' }
  if (path.startsWith('/api/')) return { status: 200, body: '{"id":"1"}' }
  return { status: 200, body: '{"status":1}' }
}

function count({ url = '', headers }: IncomingMessage, body: Buffer | undefined): void {
  counts.requests++
  if (body === undefined) return
  const isGzip = headers['content-encoding'] === 'gzip' || url.includes('compression=gzip')
  const text = (
    isGzip ? gunzipSync(body, { maxOutputLength: MAX_UNPACKED_BYTES }) : body
  ).toString()
  if (url.startsWith('/api/')) countEnvelope(text)
  else if (url.startsWith('/rollbar') || url.startsWith('/v1/notices')) counts.events++
  else if (url.startsWith('/batch')) counts.events += listIn(text, 'batch')
  else if (url === '/bugsnag') counts.events += listIn(text, 'events')
}

function countEnvelope(text: string): void {
  const lines = text.split('\n')
  for (let index = 1; index < lines.length; index += 2) {
    const header = lines[index] ?? ''
    const payload = lines[index + 1] ?? ''
    if (header.includes('"event"')) {
      counts.events++
      counts.onEvents += sumOf(payload, /"left_out":(\d+)/g)
    } else if (header.includes('"client_report"')) {
      counts.inReports += sumOf(payload, /"quantity":(\d+)/g)
    }
  }
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, digits]) => sum + Number(digits), 0)
}

function listIn(text: string, name: string): number {
  const list = (JSON.parse(text) as Record<string, unknown>)[name]
  return Array.isArray(list) ? list.length : 0
}
