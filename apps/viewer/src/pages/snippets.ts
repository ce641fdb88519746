import { quote } from '../issue/curl.ts'

/** Code that sends a first event to the DSN, ready to be pasted as it stands. */
export function snippets(dsn: string): { name: string; code: string }[] {
  return [
    { name: 'Mayday SDK for Express', code: express(dsn) },
    { name: 'Any Sentry SDK', code: sentry(dsn) },
    { name: 'curl', code: curl(dsn) },
  ]
}

function express(dsn: string): string {
  return `import * as Mayday from '@mayday/node'
import express from 'express'

Mayday.init({ dsn: '${dsn}' })

const app = express()
app.get('/', () => {
  throw new Error('My first Mayday')
})
app.use(Mayday.expressErrorHandler()) // after all routes
app.listen(3000)
`
}

function sentry(dsn: string): string {
  return `import * as Sentry from '@sentry/node' // or browser, react, python, go, php, …

Sentry.init({ dsn: '${dsn}' })

Sentry.captureException(new Error('My first Mayday'))
`
}

function curl(dsn: string): string {
  const { origin, username, pathname } = new URL(dsn)
  const [, prefix = '', projectId = ''] = /^(.*)\/(\d+)\/?$/.exec(pathname) ?? []
  // randomUUID() exists on https and localhost only.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const eventId = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const exception = { type: 'Error', value: 'My first Mayday, by curl' }
  const lines = [
    JSON.stringify({ event_id: eventId }),
    JSON.stringify({ type: 'event' }),
    JSON.stringify({ level: 'error', platform: 'other', exception: { values: [exception] } }),
  ]
  const address = `${origin}${prefix}/api/${projectId}/envelope/?sentry_key=${username}`
  return `curl ${quote(address)} \\
  -H 'Content-Type: application/x-sentry-envelope' \\
  --data-binary ${quote(lines.join('\n'))}
`
}
