import { connect, type Socket } from 'node:net'

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
const OK = Buffer.from('HTTP/1.1 200')

/**
 * Asks for `/` over so many connections for so long, and gives the number of answers. Counts bytes
 * instead of reading answers, which are all of one length: a client that costs more than the server
 * would measure itself.
 * @throws Error when an answer is not a 200, or a connection ends early
 */
export async function getFor(port: number, ms: number, connections = 50): Promise<number> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const length = await lengthOfAnswer(sockets[0] as Socket)
  const endsAt = performance.now() + ms
  const counts = await Promise.all(sockets.map((socket) => askUntil(socket, length, endsAt)))
  for (const socket of sockets) socket.destroy()
  return counts.reduce((sum, count) => sum + count, 0)
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
}

/** Small enough to come whole. */
function lengthOfAnswer(socket: Socket): Promise<number> {
  socket.write(REQUEST)
  return new Promise((resolve) => socket.once('data', (chunk) => resolve(chunk.length)))
}

function askUntil(socket: Socket, length: number, endsAt: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0
    let received = 0
    socket.once('close', () => reject(new Error('The server closed a connection')))
    socket.on('data', (chunk: Buffer) => {
      if (received === 0 && chunk.compare(OK, 0, OK.length, 0, OK.length) !== 0) {
        reject(new Error(`The server answered ${chunk.toString('latin1', 0, 40)}`))
      }
      received += chunk.length
      if (received < length) return
      received = 0
      count++
      if (performance.now() < endsAt) socket.write(REQUEST)
      else resolve(count)
    })
    socket.write(REQUEST)
  })
}
