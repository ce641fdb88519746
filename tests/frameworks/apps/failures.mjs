// What every app of the matrix fails with. Arguments of an app: the folder that the frameworks are
// installed in, the framework's name there, and `bare` for one without the line of set-up.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as Mayday from '@mayday/node'

const [folder, framework, mode] = process.argv.slice(2)

export const name = framework
export const isSetUp = mode !== 'bare'
export const require = createRequire(join(folder, 'app.mjs'))

Mayday.init({
  dsn: process.env.MAYDAY_DSN,
  release: '1',
  environment: process.env.NODE_ENV,
})

export function kaput(cell) {
  return Object.assign(new Error(`kaput ${cell} at /srv/secret`), {
    code: 'E_SECRET',
    detail: 'hidden',
  })
}

export async function rejected() {
  await null
  throw kaput('rejected')
}

export async function* halfOfIt() {
  yield 'half of '
  await new Promise((resolve) => setImmediate(resolve))
  throw kaput('stream')
}

export const stream = () => Readable.from(halfOfIt(), { objectMode: false })

/** Fails as a read of the request's body does, when the client has left. */
export async function untilGone(response) {
  console.log('SERVING')
  await once(response, 'close')
  setImmediate(() => console.log('GONE'))
  throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
}

/**
 * Serves a user who is told apart from all others, and fails for every fourth. Each error has one of
 * 25 messages, since the SDK lets no more than 100 of one through at once.
 */
export async function ofUser(id) {
  Mayday.setUser({ id })
  Mayday.setTag('user', id)
  Mayday.addBreadcrumb({ message: `served ${id}` })
  await new Promise((resolve) => setTimeout(resolve, Number(id) % 7))
  await null
  if (Number(id) % 4 === 0) throw new Error(`kaput ${String.fromCharCode(97 + (id % 25))}`)
  return { served: id }
}

/** The error that the test has made up, which comes in a header. */
export function madeUp(request) {
  const text = Buffer.from(request.headers['x-made-up'], 'base64').toString()
  const { type, message, stack, own, cause } = JSON.parse(text)
  const error = new Error(message, { cause: new Error(cause) })
  throw Object.assign(error, { name: type, stack: `${type}: ${message}\n    at ${stack}` }, own)
}

export async function flushed() {
  return { isFlushed: await Mayday.flush(10_000) }
}

export function announce(server) {
  console.log(`PORT ${server.address().port}`)
}
