import { connect, type Socket } from 'node:net'

export type Load = {
  requests: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answers by status. */
  statuses: Record<string, number>
}

/**
 * Posts each body once over so many connections; each connection sends its next request when the
 * last one was answered. Plain sockets, since a client that costs more than the server measures
 * itself: both share the machine.
 * @throws Error when a connection ends early
 */
export async function post(
  address: { port: number; path: string; headers: Record<string, string> },
  bodies: readonly Buffer[],
  connections = 64,
): Promise<Load> {
  const requests = bodies.map((body) => toRequest(address, body))
  const latenciesMs: number[] = []
  const statuses: Record<string, number> = {}
  let next = 0
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(address.port)))
  const startedAt = performance.now()
  await Promise.all(
    sockets.map(async (socket) => {
      for (let request = requests[next++]; request; request = requests[next++]) {
        const sentAt = performance.now()
        const status = await exchange(socket, request)
        latenciesMs.push(performance.now() - sentAt)
        statuses[status] = (statuses[status] ?? 0) + 1
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  for (const socket of sockets) socket.destroy()
  latenciesMs.sort((a, b) => a - b)
  const percentile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0
  return {
    requests: bodies.length,
    seconds,
    perSecond: bodies.length / seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    statuses,
  }
}

function toRequest(
  { path, headers }: { path: string; headers: Record<string, string> },
  body: Buffer,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}`
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body])
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
}

/** Sends one request and gives the status of its answer, once that is whole. */
function exchange(socket: Socket, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const fail = () => reject(new Error('The server closed a connection before it answered'))
    const take = (chunk: Buffer) => {
      answer += chunk.toString('latin1')
      if (!isWhole(answer)) return
      socket.off('data', take).off('close', fail)
      resolve(answer.slice(9, 12))
    }
    socket.on('data', take).on('close', fail)
    socket.write(request)
  })
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, headEnd))?.[1]
  if (length !== undefined) return answer.length >= headEnd + 4 + Number(length)
  return answer.endsWith('\r\n0\r\n\r\n')
}
