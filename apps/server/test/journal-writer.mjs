// Appends records to the journal in the folder given, until it is killed or the count is reached,
// and prints the id of each record once it is acknowledged, or the error it was refused with.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
const { Journal } = await import('../src/journal/journal.ts')

const [folder, prefix, count, concurrency, bodyBytes] = process.argv.slice(2)
const journal = await Journal.open(folder, { maxBytes: 1024 ** 3 })
let started = 0

async function appendOneByOne() {
  while (started < Number(count)) {
    const eventId = `${prefix}${String(started++).padStart(24, '0')}`
    try {
      await journal.append(recordWith(eventId))
      process.stdout.write(`${eventId}\n`)
    } catch (error) {
      process.stdout.write(`refused ${eventId} ${error.name}: ${error.message}\n`)
    }
  }
}

function recordWith(eventId) {
  return {
    projectId: 1,
    keyId: 2,
    receivedAtMs: Date.now(),
    eventId,
    events: 1,
    encoding: 'identity',
    clientIp: '127.0.0.1',
    client: 'test/1',
    body: Buffer.alloc(Number(bodyBytes), eventId),
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, appendOneByOne))
await journal.close()
