import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import * as Mayday from '@mayday/node'
import * as failures from './failures.mjs'

function sent(response, status) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ sent: status }))
}

const handlers = {
  thrown: () => {
    throw failures.kaput('thrown')
  },
  rejected: () => failures.rejected(),
  sent500: (_request, response) => sent(response, 500),
  sent503: (_request, response) => sent(response, 503),
  busy: () => {
    throw Object.assign(failures.kaput('busy'), { status: 503 })
  },
  bad: () => {
    throw Object.assign(failures.kaput('bad'), { status: 400 })
  },
  late: (_request, response) => {
    response.write('half of ')
    throw failures.kaput('late')
  },
  gone: (_request, response) => failures.untilGone(response),
  stream: (_request, response) => pipeline(failures.stream(), response),
  user: async (request, response) => {
    response.end(JSON.stringify(await failures.ofUser(request.url.split('/')[2])))
  },
  'made-up': (request) => failures.madeUp(request),
  flush: async (_request, response) => response.end(JSON.stringify(await failures.flushed())),
}

function listen(request, response) {
  const handler = handlers[request.url.split('?')[0].split('/').at(-1)]
  return handler ? handler(request, response) : sent(response, 404)
}

const server = createServer(failures.isSetUp ? Mayday.wrapRequestListener(listen) : listen)
server.listen(0, '127.0.0.1', () => failures.announce(server))
