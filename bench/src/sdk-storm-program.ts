import { readFileSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadAdapter } from './sdk-adapter.ts'
import { failAt, inLetters } from './sdk-failing.ts'

/**
 * Captures errors in one tight loop, then watches the event loop until all is sent:
 * sdk-storm-program.js <adapter> <port of the sink> <identical | distinct> <count>.
 */
const FRAMES = 10
const LONGEST_FLUSH_MS = 12_000
const WATCHED_AT_LEAST_MS = 200
const NANOSECONDS = 1e6

const [name = '', port, kind, count] = process.argv.slice(2)
const adapter = loadAdapter(name)
adapter.start({ port: Number(port) })
await sleep(200)
forgetPeak()
const startMb = memoryMb('VmRSS')

const startedAt = performance.now()
const cpu = process.cpuUsage()
for (let at = 0; at < Number(count); at++) {
  adapter.capture(
    failAt(FRAMES, kind === 'identical' ? 'it fails' : `order ${inLetters(at)} fails`),
  )
}
const loopMs = performance.now() - startedAt
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
await Promise.race([
  Promise.all([adapter.flush(), sleep(WATCHED_AT_LEAST_MS)]),
  sleep(LONGEST_FLUSH_MS),
])
delay.disable()
const { user, system } = process.cpuUsage(cpu)

const result = {
  loopMs,
  cpuMs: (user + system) / 1000,
  delayP99Ms: delay.percentile(99) / NANOSECONDS,
  delayMaxMs: delay.max / NANOSECONDS,
  startMb,
  overStartMb: memoryMb('VmHWM') - startMb,
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit())

/** Linux keeps the highest memory since the start; this begins anew. */
function forgetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5')
}

function memoryMb(field: string): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024
}
