import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Body, EventSource, SIZES, type Size } from './events.ts'
import { type Load, post } from './load.ts'
import { createProject, type Memory, startBaseline, startMayday, watchMemory } from './processes.ts'
import { Store } from './store.ts'
import { type Figure, isMet, percentFromTarget, table } from './table.ts'

const CONNECTIONS = 64
const EVENTS = 6_000
const QUICK_EVENTS = 1_500
const WARM_UP_EVENTS = 500
const DIGESTED_TARGETS: Record<Size, number> = { S: 4_500, M: 3_000, L: 1_500 }
const ACCEPTED_TARGET = 8_000
const SERVER_MEMORY_TARGET_MB = 250
const L_EVENT_TARGET_BYTES = 10.5 * 1024

type Measured = {
  baseline: Load
  accepted: Load
  digestedPerSecond: number
  memory: Memory
  bytesPerEvent: number
}

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } })
await measureIngest(values.quick ? QUICK_EVENTS : EVENTS)

async function measureIngest(count: number): Promise<void> {
  const source = new EventSource()
  const dataDir = mkdtempSync(join(tmpdir(), 'mayday-bench-'))
  const server = await startMayday(dataDir)
  try {
    const dsn = await createProject(dataDir)
    const store = await Store.open(dataDir)
    const figures: Figure[] = []
    for (const size of SIZES) {
      const events = Array.from({ length: WARM_UP_EVENTS + count }, () => source.next(size))
      console.log(describe(size, events))
      const bodies = events.map(({ gzipped }) => gzipped)
      const baseline = await measureBaseline(bodies)
      const address = {
        port: server.port,
        path: `/api${dsn.pathname}/envelope/`,
        headers: headers(dsn),
      }
      const measured = await measureMayday(address, bodies, { store, pid: server.pid })
      figures.push(...figuresOf(size, { baseline, ...measured }))
    }
    console.log(`${count} events of each size; ${await store.countIssues()} issues\n`)
    await store.close()
    for (const line of table(figures)) console.log(line)
    console.log(`\n${JSON.stringify({ bench: 'ingest', count, figures: figures.map(toJson) })}`)
  } finally {
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measureBaseline(bodies: readonly Buffer[]): Promise<Load> {
  const server = await startBaseline()
  try {
    const address = { port: server.port, path: '/api/1/envelope/', headers: headers() }
    await post(address, bodies.slice(0, WARM_UP_EVENTS), CONNECTIONS)
    return await post(address, bodies.slice(WARM_UP_EVENTS), CONNECTIONS)
  } finally {
    await server.stop()
  }
}

async function measureMayday(
  address: Parameters<typeof post>[0],
  bodies: readonly Buffer[],
  { store, pid }: { store: Store; pid: number },
): Promise<Omit<Measured, 'baseline'>> {
  const before = await store.countEvents()
  expectAccepted(await post(address, bodies.slice(0, WARM_UP_EVENTS), CONNECTIONS))
  await store.waitForEvents(before + WARM_UP_EVENTS)
  const bytesBefore = await store.eventBytes()
  const memory = watchMemory(pid, store.postgresPid)
  const startedAt = performance.now()
  const accepted = await post(address, bodies.slice(WARM_UP_EVENTS), CONNECTIONS)
  expectAccepted(accepted)
  await store.waitForEvents(before + bodies.length)
  const seconds = (performance.now() - startedAt) / 1000
  return {
    accepted,
    digestedPerSecond: accepted.requests / seconds,
    memory: memory.stop(),
    bytesPerEvent: ((await store.eventBytes()) - bytesBefore) / accepted.requests,
  }
}

/** A refused event is quicker than a stored one, so a run with any would mean nothing. */
function expectAccepted({ statuses, requests }: Load): void {
  if (statuses['200'] === requests) return
  throw new Error(`Not all events were accepted: ${JSON.stringify(statuses)}`)
}

function headers(dsn?: URL): Record<string, string> {
  const auth = `Sentry sentry_version=7, sentry_client=bench/1, sentry_key=${dsn?.username ?? 'none'}`
  return {
    'Content-Type': 'application/x-sentry-envelope',
    'Content-Encoding': 'gzip',
    'X-Sentry-Auth': auth,
  }
}

function figuresOf(size: Size, measured: Measured): Figure[] {
  const { baseline, accepted, digestedPerSecond, memory, bytesPerEvent } = measured
  const figure = (name: string, label: string, value: number, unit: string) => ({
    name: `${size}.${name}`,
    label: `${size}  ${label}`,
    value,
    unit,
  })
  const atLeast = (target: number) => ({ target, better: 'higher' as const })
  const atMost = (target: number) => ({ target, better: 'lower' as const })
  return [
    figure('baseline', 'bare Fastify, answers', baseline.perSecond, '/s'),
    { ...figure('accepted', 'accepted', accepted.perSecond, '/s'), ...atLeast(ACCEPTED_TARGET) },
    figure('acceptedP50', 'accepted, p50', accepted.p50Ms, 'ms'),
    figure('acceptedP99', 'accepted, p99', accepted.p99Ms, 'ms'),
    {
      ...figure('digested', 'accepted and digested', digestedPerSecond, '/s'),
      ...atLeast(DIGESTED_TARGETS[size]),
    },
    {
      ...figure('serverMemory', 'server, highest RSS', memory.serverMb, 'MB'),
      ...atMost(SERVER_MEMORY_TARGET_MB),
    },
    figure('postgresMemory', 'PostgreSQL, highest PSS', memory.postgresMb, 'MB'),
    {
      ...figure('bytesPerEvent', 'on disk per event', bytesPerEvent, 'B'),
      ...(size === 'L' ? atMost(L_EVENT_TARGET_BYTES) : {}),
    },
  ]
}

function describe(size: Size, events: readonly Body[]): string {
  const mean = (bytesOf: (body: Body) => number) =>
    (events.reduce((sum, body) => sum + bytesOf(body), 0) / events.length / 1024).toFixed(1)
  const json = mean(({ jsonBytes }) => jsonBytes)
  return `${size}: ${json} KB of JSON, ${mean(({ gzipped }) => gzipped.length)} KB gzip'd`
}

function toJson(figure: Figure) {
  const { name, value, unit, target } = figure
  return {
    name,
    value: Math.round(value * 10) / 10,
    unit,
    ...(target === undefined
      ? {}
      : { target, percent: percentFromTarget(figure), met: isMet(figure) }),
  }
}
