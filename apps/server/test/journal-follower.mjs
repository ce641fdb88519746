// Worker thread: reads records until it has the count asked for, and posts their ids.
import { register } from 'node:module'
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'

register('./typescript-hooks.mjs', import.meta.url)
const { JournalReader } = await import('../src/journal/journal-reader.ts')

const reader = await JournalReader.open(workerData.folder)
const ids = []
let position
while (ids.length < workerData.count) {
  const batch = await reader.read(position, 50_000, 100)
  if (batch.damaged.length > 0) throw new Error(`damage: ${JSON.stringify(batch.damaged)}`)
  ids.push(...batch.records.map(({ record }) => record.eventId))
  position = batch.next
  await reader.release(position)
  await setImmediate()
}
await reader.close()
parentPort.postMessage(ids)
