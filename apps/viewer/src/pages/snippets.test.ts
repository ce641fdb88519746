import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { snippets } from './snippets.ts'

const DSN = 'https://0123456789abcdef0123456789abcdef@mayday.acme.test/errors/42'

test('every snippet carries the DSN, whole or taken apart', () => {
  const [express, sentry] = snippets(DSN)
  expect(express?.code).toContain(`dsn: '${DSN}'`)
  expect(sentry?.code).toContain(`dsn: '${DSN}'`)
})

test('the curl snippet is one command that sends an envelope of one event', () => {
  const script = `curl() { printf '%s\\0' "$@"; }\n${snippets(DSN)[2]?.code}`
  const words = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).split('\0')
  expect(words[0]).toBe(
    'https://mayday.acme.test/errors/api/42/envelope/?sentry_key=0123456789abcdef0123456789abcdef',
  )
  const lines = (words[4] ?? '').split('\n').map((line): unknown => JSON.parse(line))
  expect(lines[0]).toEqual({ event_id: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(lines[1]).toEqual({ type: 'event' })
  expect(lines[2]).toMatchObject({ exception: { values: [{ type: 'Error' }] } })
})
