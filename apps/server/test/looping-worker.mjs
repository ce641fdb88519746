// A digest thread that loops in the record it is told, until that record has three strikes.
import { register } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

register('./typescript-hooks.mjs', import.meta.url)
const { DigestSignal } = await import('../src/pipeline/digest-signal.ts')
const signal = new DigestSignal(workerData.signal)
if ((workerData.strikes['7:42'] ?? 0) < 3) {
  signal.begin({ segment: 7, position: 42 })
  for (;;) Math.random()
}
parentPort.postMessage({ type: 'log', line: ['info', 'no loop', workerData.strikes] })
parentPort.on('message', (message) => {
  if (message === 'stop') parentPort.close()
})
