/** Entry of the digest thread; `digest-thread.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads'
import { JournalReader } from '../journal/journal-reader.ts'
import { bookOverdue } from '../monitors/overdue.ts'
import { Digest } from './digest.ts'
import type {
  DigestLog,
  DigestProgress,
  DigestWorkerData,
  FromDigest,
  ToDigest,
} from './digest-messages.ts'
import { DigestSignal } from './digest-signal.ts'
import { Housekeeping } from './housekeeping.ts'
import { Periodic } from './periodic.ts'

/** Not for every batch: a message costs both threads something. */
const PROGRESS_MS = 1_000
const MINUTE_MS = 60_000

const { databaseUrl, journalDir, retentionDays, signal, strikes } = workerData as DigestWorkerData
const send = (message: FromDigest) => parentPort?.postMessage(message)
const log: DigestLog = (level, message, facts) => {
  send({ type: 'log', line: [level, message, facts && withTextOfErrors(facts)] })
}

const reader = await JournalReader.open(journalDir)
let unsent: DigestProgress | undefined
const digest = new Digest({
  databaseUrl,
  reader,
  log,
  signal: new DigestSignal(signal),
  strikes,
  onProgress: (progress) => {
    unsent = progress
  },
})
const overdue = new Periodic({
  databaseUrl,
  name: 'the watch over monitors',
  everyMs: MINUTE_MS,
  retryMs: MINUTE_MS,
  log,
  work: async (connection) => {
    // What waits in the journal may hold the check-ins that would be missed.
    if (digest.isCaughtUp) await bookOverdue(connection, Date.now())
  },
})
const housekeeping = new Housekeeping({ databaseUrl, retentionDays, log })
const reporting = setInterval(sendProgress, PROGRESS_MS)

parentPort?.on('message', (message: ToDigest) => {
  if (message === 'stop') digest.stop()
  else digest.wake()
})
housekeeping.start()
overdue.start()
await digest.run()
await Promise.all([housekeeping.stop(), overdue.stop()])
await reader.close()
clearInterval(reporting)
sendProgress()
parentPort?.close()

function sendProgress(): void {
  if (unsent) send({ type: 'progress', progress: unsent })
  unsent = undefined
}

/** Errors lose their class and fields on the way between threads, so they go as text. */
function withTextOfErrors(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => {
      return [key, value instanceof Error ? (value.stack ?? String(value)) : value]
    }),
  )
}
