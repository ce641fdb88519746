import { once } from 'node:events'
import { get, type ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { Context } from './current-scope.ts'
import { Exchange } from './exchange.ts'
import {
  lastBegunBefore,
  requestBegins,
  requestEnds,
  requestsInFlight,
  watchRequests,
} from './requests-in-flight.ts'
import { serve } from './test-support/serve.ts'

test('a request is in flight until it is answered, or until its client is gone', async () => {
  const contexts: Context[] = []
  const responses: ServerResponse[] = []
  const { url, server, close } = await serve((request, response) => {
    const context = new Context(new Exchange(request, response))
    contexts.push(context)
    responses.push(response)
    requestBegins(context)
    server.emit('begun')
  })
  const ask = async () => {
    const begun = once(server, 'begun')
    const request = get(url).on('error', () => undefined)
    await begun
    return request
  }
  const aborted = await ask()
  const answered = await ask()
  expect(requestsInFlight()).toEqual(contexts)

  const gone = once(responses[0] as ServerResponse, 'close')
  aborted.destroy()
  await gone
  expect(requestsInFlight()).toEqual([contexts[1]])

  const told: string[] = []
  const stop = watchRequests({ onBegin: () => told.push('begin'), onEnd: () => told.push('end') })
  responses[1]?.end()
  await once(answered, 'response')
  requestEnds(contexts[1])
  requestEnds(contexts[1])
  stop()
  expect(told).toEqual(['end'])
  expect(requestsInFlight()).toEqual([])
  await close()
})

test('the one that began before a pause is found, though others began right after it', () => {
  const at = (startedAtMs: number) => {
    const response = { writableFinished: false, destroyed: false }
    return new Context({ startedAtMs, response } as Exchange)
  }
  const base = performance.now() + 10_000
  const [early, last, first, second] = [0, 100, 2100, 2101].map((ms) => at(base + ms))
  for (const context of [early, last, first, second]) requestBegins(context as Context)
  expect(lastBegunBefore(base + 600)).toBe(last)
  expect(lastBegunBefore(base + 3000)).toBe(second)
})
