import { Worker } from 'node:worker_threads'
import { expect, test } from '@jest/globals'
import { isMainThread } from './main-thread.ts'

test('the main thread is told from a worker', async () => {
  expect(isMainThread()).toBe(true)
  const source = `require('worker_threads').parentPort.postMessage((${isMainThread.toString()})())`
  const worker = new Worker(source, { eval: true })
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(false)
  await worker.terminate()
})
