import { randomBytes, randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What SDKs send: 90 % of the events belong to few issues, the rest to many. */
const SHARE_OF_FREQUENT = 0.9
const FREQUENT_ISSUES = 20
const RARE_ISSUES = 10_000
const ROOT = join(import.meta.dirname, '../..')
const SOURCE_FOLDERS = ['apps/server/src', 'packages/protocol/src', 'packages/grouping/src']
const ERROR_TYPES = ['TypeError', 'RangeError', 'TimeoutError', 'NotFoundError', 'QueryFailedError']
const ROUTES = ['/cart', '/orders/:id', '/checkout', '/products/:id', '/login', '/search']

export const SIZES = ['S', 'M', 'L'] as const
export type Size = (typeof SIZES)[number]

type Shape = {
  frames: [least: number, most: number]
  contextLines: number
  breadcrumbs: [least: number, most: number]
  hasVariables: boolean
  hasRequest: boolean
  modules: number
}

const SHAPES: Record<Size, Shape> = {
  S: {
    frames: [4, 6],
    contextLines: 0,
    breadcrumbs: [2, 4],
    hasVariables: false,
    hasRequest: false,
    modules: 0,
  },
  M: {
    frames: [11, 14],
    contextLines: 2,
    breadcrumbs: [10, 14],
    hasVariables: false,
    hasRequest: true,
    modules: 0,
  },
  L: {
    frames: [24, 40],
    contextLines: 5,
    breadcrumbs: [30, 30],
    hasVariables: true,
    hasRequest: true,
    modules: 80,
  },
}

type SourceFile = { path: string; lines: string[] }
export type Body = { gzipped: Buffer; jsonBytes: number }

/** Bodies of envelopes, each with an event id of its own, made as they are asked for. */
export class EventSource {
  readonly #files = readSources()

  next(size: Size): Body {
    const eventId = randomBytes(16).toString('hex')
    const event = JSON.stringify(this.#event(eventId, SHAPES[size]))
    const header = JSON.stringify({ event_id: eventId, sent_at: new Date().toISOString() })
    const item = JSON.stringify({ type: 'event', length: Buffer.byteLength(event) })
    const envelope = `${header}\n${item}\n${event}\n`
    return { gzipped: gzipSync(envelope), jsonBytes: Buffer.byteLength(event) }
  }

  #event(eventId: string, shape: Shape): object {
    const issue =
      Math.random() < SHARE_OF_FREQUENT
        ? randomInt(FREQUENT_ISSUES)
        : FREQUENT_ISSUES + randomInt(RARE_ISSUES)
    const now = Date.now() / 1000
    const route = ROUTES[issue % ROUTES.length] ?? '/'
    return {
      event_id: eventId,
      timestamp: now,
      platform: 'node',
      level: 'error',
      logger: 'shop',
      environment: issue % 5 === 0 ? 'staging' : 'production',
      release: `shop@1.4.${issue % 7}`,
      server_name: `web-${randomInt(8)}`,
      transaction: `GET ${route}`,
      tags: { tenant: `t${randomInt(50)}`, region: 'eu-west-1', node: 'v20.20.2' },
      user: { id: String(randomInt(100_000)), ip_address: `10.0.${randomInt(255)}.7` },
      exception: { values: [this.#exception(issue, shape)] },
      breadcrumbs: breadcrumbs(randomInt(shape.breadcrumbs[0], shape.breadcrumbs[1] + 1), now),
      contexts: contexts(),
      sdk: { name: 'sentry.javascript.node', version: '10.20.0', packages: [] },
      ...(shape.hasRequest ? { request: request(route) } : {}),
      ...(shape.modules > 0 ? { modules: modules(shape.modules) } : {}),
    }
  }

  #exception(issue: number, shape: Shape): object {
    const [least, most] = shape.frames
    const depth = least + (issue % (most - least + 1))
    return {
      type: ERROR_TYPES[issue % ERROR_TYPES.length],
      value: `Cannot read properties of undefined (reading 'total') in order ${randomInt(1_000_000)}`,
      mechanism: { type: 'generic', handled: false },
      stacktrace: {
        frames: Array.from({ length: depth }, (_, index) => this.#frame(issue, index, shape)),
      },
    }
  }

  /** The same for all events of an issue but for its variables. */
  #frame(issue: number, index: number, shape: Shape): object {
    const seed = issue * 61 + index * 17
    const file = this.#files[seed % this.#files.length] ?? { path: 'app.js', lines: [] }
    const line = 6 + (seed % Math.max(1, file.lines.length - 12))
    const n = shape.contextLines
    const context = {
      pre_context: file.lines.slice(line - 1 - n, line - 1),
      context_line: file.lines[line - 1] ?? '',
      post_context: file.lines.slice(line, line + n),
    }
    const vars = {
      order: { id: randomInt(1_000_000), total: '12.50' },
      retries: randomInt(5),
      key: 'cart',
    }
    return {
      filename: `/srv/shop/${file.path}`,
      module: file.path.replace(/\.ts$/, '').replaceAll('/', '.'),
      function: `handle${issue}_${index}`,
      lineno: line,
      colno: 11 + (seed % 40),
      in_app: index % 3 !== 0,
      ...(n > 0 ? context : {}),
      ...(shape.hasVariables && index % 2 === 0 ? { vars } : {}),
    }
  }
}

/** Lines of this repository, since made-up text would compress far better or worse than code. */
function readSources(): SourceFile[] {
  return SOURCE_FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(ROOT, folder, name)),
  )
    .sort()
    .map((path) => ({
      path: relative(ROOT, path),
      lines: readFileSync(path, 'utf8').split('\n'),
    }))
    .filter(({ lines }) => lines.length > 30)
}

function breadcrumbs(length: number, now: number): object[] {
  return Array.from({ length }, (_, index) => ({
    timestamp: now - (length - index) * 0.7,
    type: index % 2 === 0 ? 'http' : 'default',
    category: index % 2 === 0 ? 'http' : 'console',
    level: 'info',
    ...(index % 2 === 0
      ? { data: { method: 'GET', url: `http://stock/items/${randomInt(9999)}`, status_code: 200 } }
      : { message: `order ${randomInt(1_000_000)} priced in ${randomInt(90)} ms` }),
  }))
}

function contexts(): object {
  return {
    runtime: { name: 'node', version: 'v20.20.2' },
    os: { name: 'Linux', version: '6.1.0', kernel_version: '6.1.0-28-amd64' },
    device: { arch: 'x64', memory_size: 25_165_824_000, free_memory: randomInt(2 ** 40) },
    culture: { locale: 'en-US', timezone: 'Europe/Berlin' },
    trace: {
      trace_id: randomBytes(16).toString('hex'),
      span_id: randomBytes(8).toString('hex'),
      op: 'http.server',
      status: 'internal_error',
    },
  }
}

function request(route: string): object {
  return {
    url: `https://shop.example.com${route.replace(':id', String(randomInt(100_000)))}`,
    method: 'GET',
    query_string: `page=${randomInt(40)}&sort=price`,
    headers: {
      host: 'shop.example.com',
      accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      'accept-language': 'en-US,en;q=0.5',
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0',
      'x-request-id': randomBytes(8).toString('hex'),
    },
    env: { REMOTE_ADDR: '10.0.3.7', SERVER_PORT: '443' },
  }
}

function modules(length: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length }, (_, n) => [`@shop/module-${n}`, `${n % 9}.${n % 13}.${n % 5}`]),
  )
}
