import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { hostileObjects, hostileTexts } from './sdk-hostile-values.ts'

type Sdk = {
  init(options: Record<string, unknown>): void
  captureException(thrown: unknown, context?: { extra?: Record<string, unknown> }): string
  flush(timeoutMs: number): Promise<boolean>
}

const RUNS = 5
const TEXT_TARGET_MS = 1
const OBJECT_TARGET_MS = 10
/** V8 lists all keys of an object before it gives the first, so nobody can look at a few of them. */
const TIMES_OF_LISTING = 2

const sdk = createRequire(import.meta.url)('@mayday/node') as Sdk

/**
 * What hostile errors and data cost the call that is given them, best of five, against the targets.
 * `all` is the CPU time until the event was sent, in which the sink of this process is.
 */
export async function measureHostile(): Promise<boolean> {
  let arrived = 0
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'))
    arrived++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  sdk.init({ dsn: `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/7` })
  await measure(
    () => new Error('warm up'),
    (value) => sdk.captureException(value),
  )
  let isGood = true
  for (const [name, make] of Object.entries(hostileTexts)) {
    const cost = await measure(make, (value) => sdk.captureException(value))
    isGood = told(name, cost, TEXT_TARGET_MS) && isGood
  }
  for (const [name, make] of Object.entries(hostileObjects)) {
    const listing = await measure(make, (value) => Object.keys(value as object))
    const targetMs = Math.max(OBJECT_TARGET_MS, TIMES_OF_LISTING * listing.callMs)
    const asThrown = await measure(make, (value) => sdk.captureException(value))
    isGood = told(`thrown: ${name}`, asThrown, targetMs) && isGood
    const asExtra = await measure(make, (value) =>
      sdk.captureException(new Error(name), { extra: { value } }),
    )
    isGood = told(`extra: ${name}`, asExtra, targetMs) && isGood
  }
  console.log(`${arrived} requests arrived`)
  server.closeAllConnections()
  server.close()
  return isGood
}

type Cost = { callMs: number; allMs: number }

async function measure(make: () => unknown, capture: (value: unknown) => unknown): Promise<Cost> {
  const best: Cost = { callMs: Number.POSITIVE_INFINITY, allMs: Number.POSITIVE_INFINITY }
  for (let run = 0; run < RUNS; run++) {
    const value = make()
    const before = process.cpuUsage()
    const startedAt = performance.now()
    capture(value)
    const callMs = performance.now() - startedAt
    await sdk.flush(10_000)
    const { user, system } = process.cpuUsage(before)
    best.callMs = Math.min(best.callMs, callMs)
    best.allMs = Math.min(best.allMs, (user + system) / 1000)
  }
  return best
}

function told(name: string, { callMs, allMs }: Cost, targetMs: number): boolean {
  const isGood = callMs < targetMs
  const call = `${callMs.toFixed(3)} ms`.padStart(12)
  const verdict = isGood ? '' : 'MISSED: '
  const target = `(${verdict}${targetMs.toFixed(0)} ms)`
  console.log(`${name.padEnd(40)}${call}  ${target}, all ${allMs.toFixed(1)} ms`)
  return isGood
}

if (import.meta.filename === process.argv[1]) process.exitCode = (await measureHostile()) ? 0 : 1
