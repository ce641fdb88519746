import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from './test-support/run-program.ts'
import { type Served, serve } from './test-support/serve.ts'

// Each test starts a program of its own.
jest.setTimeout(30_000)

let plain: Served
beforeEach(async () => {
  plain = await serve((_, response) => response.end('{}'))
})
afterEach(() => plain.close())

const KEY = '0123456789abcdef0123456789abcdef'

describe('S01: a server that cannot be reached', () => {
  test.each<[string, () => string]>([
    ['because its port is closed', () => `http://${KEY}@127.0.0.1:9/1`],
    ['because nobody knows its name', () => `http://${KEY}@mayday.invalid/1`],
    ['because it speaks no TLS', () => `https://${KEY}@127.0.0.1:${new URL(plain.url).port}/1`],
  ])('%s costs the event alone, and is told once', async (_, dsn) => {
    const { code, stdout, stderr } = await runProgram(
      `const Mayday = require(${JSON.stringify(BUILT_CJS)})
       process.on('unhandledRejection', () => console.log('rejected'))
       Mayday.init({ dsn: process.env.DSN, debug: true, spoolDirectory: false, shutdownTimeout: 500 })
       for (let n = 0; n < 5; n++) Mayday.captureException(new Error('x'.repeat(n)))
       Mayday.flush(1000).then((isSent) => console.log(isSent))`,
      { env: { DSN: dsn() } },
    )
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'false\n' })
    expect(stderr.split('\n').filter((line) => line.includes('could not send'))).toHaveLength(1)
  })
})

test('S04: a transport that throws gives no event about itself, and no error to the program', async () => {
  const { code, stdout, stderr } = await runProgram(
    `const Mayday = require(${JSON.stringify(BUILT_CJS)})
     const http = require('node:http')
     let calls = 0
     http.request = () => { calls++; throw new Error('no sockets left') }
     Mayday.init({ dsn: process.env.DSN, spoolDirectory: false, shutdownTimeout: 500 })
     Mayday.captureException(new Error('of the program'))
     Mayday.flush(1000).then((isSent) => console.log(isSent, calls))`,
    { env: { DSN: `http://${KEY}@127.0.0.1:${new URL(plain.url).port}/1` } },
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^false [12]\n$/)
})
