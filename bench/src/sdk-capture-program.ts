import { setTimeout as sleep } from 'node:timers/promises'
import { loadAdapter } from './sdk-adapter.ts'
import { failAt, inLetters } from './sdk-failing.ts'
import { median, percentile } from './sdk-statistics.ts'

/**
 * Captures distinct errors in groups, and waits until each group was sent:
 * sdk-capture-program.js <adapter> <port of the sink> <frames>.
 */
const GROUPS = 14
const WARM_UP_GROUPS = 4
const GROUP_SIZE = 40

const [name = '', port, framesText] = process.argv.slice(2)
const frames = Number(framesText)
const adapter = loadAdapter(name)
adapter.start({ port: Number(port) })
// Some of them raise it, which would measure something else than what was asked for.
Error.stackTraceLimit = frames

const callUs: number[] = []
const totalUs: number[] = []
let firstUs = 0
for (let group = 0; group < GROUPS; group++) {
  const errors = Array.from({ length: GROUP_SIZE }, (_, at) =>
    failAt(frames, `order ${inLetters(group * GROUP_SIZE + at)} cannot be shipped`),
  )
  const before = process.cpuUsage()
  const calls = errors.map(timeOfCapture)
  await adapter.flush()
  const { user, system } = process.cpuUsage(before)
  if (group === 0) firstUs = calls[0] ?? 0
  if (group >= WARM_UP_GROUPS) {
    callUs.push(...calls)
    totalUs.push((user + system) / GROUP_SIZE)
  }
  if (group === GROUPS / 2 - 1) await sleep(adapter.restMs ?? 0)
}

const result = {
  callMinUs: Math.min(...callUs),
  callMedianUs: median(callUs),
  callP99Us: percentile(callUs, 0.99),
  totalMinUs: Math.min(...totalUs),
  totalMedianUs: median(totalUs),
  firstUs,
  captured: GROUPS * GROUP_SIZE,
}
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit())

function timeOfCapture(error: Error): number {
  const startedAt = performance.now()
  adapter.capture(error)
  return (performance.now() - startedAt) * 1000
}
