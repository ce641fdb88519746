import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadAdapter } from './sdk-adapter.ts'
import { hostileObjects, hostileTexts } from './sdk-hostile-values.ts'

/**
 * Hands one hostile value to an SDK a few times, and tells the best time of the call:
 * sdk-hostile-program.js <adapter> <port of the sink> <text | thrown | extra> <name of the value>.
 */
const RUNS = 5
/** Some values take long to make. */
const LONGEST_MS = 800
/** What is built after the call may fail, too, and take the process with it. */
const AFTERMATH_MS = 100

const [name = '', port, kind, value = ''] = process.argv.slice(2)
const make = { ...hostileTexts, ...hostileObjects }[value]
if (make === undefined) throw new Error(`There is no value ${value}`)
const sdk = loadAdapter(name)
sdk.start({ port: Number(port) })
sdk.capture(new Error('warm up'))
await sdk.flush()

let callMs = Number.POSITIVE_INFINITY
let threw = 0
const endsAt = performance.now() + LONGEST_MS
for (let run = 0; run < RUNS && (run === 0 || performance.now() < endsAt); run++) {
  const hostile = make()
  const startedAt = performance.now()
  try {
    hand(hostile)
  } catch {
    // Counted: an SDK that throws into the app is what is looked for.
    threw++
  }
  callMs = Math.min(callMs, performance.now() - startedAt)
  await Promise.race([sdk.flush(), sleep(AFTERMATH_MS)])
}
writeSync(1, `${JSON.stringify({ callMs, threw })}\n`)
process.kill(process.pid, 'SIGKILL')

function hand(hostile: unknown): void {
  if (kind === 'extra') sdk.captureWith(new Error(value), { value: hostile })
  else sdk.capture(hostile)
}
