import type { IncomingMessage } from 'node:http'
import { type Bounds, type Json, toJson } from './bounded.ts'
import type { BodyBeginning, Exchange } from './exchange.ts'
import { scrubJson, scrubQuery } from './scrub.ts'

const BODY_BOUNDS: Bounds = { maxDepth: 6, maxBreadth: 100, maxValues: 2000, maxStringChars: 2048 }
const MAX_FIELD_NAMES = 100
/** Only in the head of a part: an uploaded page has names of its own. */
const FIELD_NAME = /^content-disposition: form-data;[^\r\n]{0,200}?\bname="([^"\r\n]{1,200})"/gim

/**
 * Keeps the beginning of the request's body as it arrives. The program reads it as ever, in whatever
 * way: what Node's parser pushes into the request passes by here first.
 */
export function keepBody(exchange: Exchange, maxBytes: number): void {
  const { request } = exchange
  if (kindOf(request) === undefined) return
  const body: BodyBeginning = { chunks: [], bytes: 0 }
  exchange.body = body
  const push = request.push
  request.push = function pushAndKeep(this: IncomingMessage, chunk: unknown, encoding) {
    if (chunk instanceof Uint8Array) {
      body.bytes += chunk.length
      if (body.bytes <= maxBytes) body.chunks.push(chunk)
      else body.chunks.length = 0
    }
    return push.call(this, chunk, encoding)
  }
}

/**
 * What an event tells of the body: JSON and forms without their secrets, of multipart the names of
 * the fields, of anything else the size. Undefined when nothing was kept.
 */
export function requestBody({ request, body }: Exchange): Json | undefined {
  if (body === undefined || body.bytes === 0) return undefined
  const kind = kindOf(request)
  if (body.chunks.length === 0 || kind === 'other') return `[Body of ${body.bytes} bytes]`
  const text = Buffer.concat(body.chunks).toString('utf8')
  if (kind === 'form') return Object.fromEntries(scrubQuery(text))
  if (kind === 'multipart') {
    return {
      fields: [...text.matchAll(FIELD_NAME)].slice(0, MAX_FIELD_NAMES).map((m) => m[1] ?? ''),
    }
  }
  try {
    return scrubJson(toJson(JSON.parse(text), BODY_BOUNDS))
  } catch {
    // Not whole, or not JSON: by which key a value stands cannot be told, so none is.
    return `[Body of ${body.bytes} bytes that is not JSON]`
  }
}

type Kind = 'json' | 'form' | 'multipart' | 'other'

function kindOf(request: IncomingMessage): Kind | undefined {
  const { headers } = request
  const hasBody = headers['content-length'] ?? headers['transfer-encoding']
  if (hasBody === undefined) return undefined
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  return type === 'multipart/form-data' ? 'multipart' : 'other'
}
