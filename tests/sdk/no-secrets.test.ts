import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type InstalledSdk, installSdk, runNode } from '../support/installed-sdk.ts'

let sdk: InstalledSdk
let sink: EventSink
beforeAll(async () => {
  sdk = await installSdk()
})
afterAll(() => sdk.remove())
beforeEach(async () => {
  sink = await startEventSink()
})
afterEach(() => sink.close())

/** Each is unlike all else that an event may hold, so that finding none of it says something. */
const SECRETS = {
  cookie: 'c00k1e-va1ue',
  authorization: 'ZGVtbzpiYXNpYy1zM2NyZXQ=',
  bearer: 'b34r3r.T0KEN-value',
  apiKey: 'k3y-of-the-api',
  query: 'qu3ry-t0ken',
  body: 'b0dy-passw0rd',
  environment: 'env1r0nment-s3cret',
  argument: 'argum3nt-s3cret',
  connection: 'c0nnecti0n-passw0rd',
  sqlServer: 'sq1-s3rver-passw0rd',
  card: '4111 1111 1111 1111',
  email: 'ada.lovelace@example.org',
  ssn: '123-45-6789',
  aws: 'AKIAIOSFODNN7EXAMPLE',
  github: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEtbG92ZWxhY2UifQ.c2lnbmF0dXJl',
  address: '203.0.113.77',
  literal: 'l1teral-s3cret',
} as const
const BODY = { password: SECRETS.body, nested: { card: SECRETS.card, note: 'kept-in-body' } }

const program = (options: string) => `
  const Mayday = require('@mayday/node')
  Mayday.init({ dsn: process.env.DSN, release: '1', ${options} })
  const http = require('node:http')
  const secrets = JSON.parse(process.env.ALL_SECRETS)
  const server = http.createServer((request, response) => {
    const password = '${SECRETS.literal}'
    request.resume().on('end', () => {
      console.log('reset for ' + secrets.email + ' with card ' + secrets.card)
      console.error('token=' + secrets.query, { password: secrets.body, jwt: secrets.jwt })
      http.get('http://127.0.0.1:9/hook?token=' + secrets.query, { auth: 'u:' + secrets.connection }).on('error', () => {
        const cause = new Error('Server=db;User Id=sa;Password=' + secrets.sqlServer + ';')
        const error = Object.assign(new Error('postgres://app:' + secrets.connection + '@db/shop of ' +
          secrets.email + ', ssn ' + secrets.ssn + ', card ' + secrets.card + ', ' + secrets.aws +
          ', ' + secrets.github + ', Bearer ' + secrets.bearer + ' and ' + secrets.jwt, { cause }), {
            apiKey: secrets.apiKey, config: { headers: { authorization: secrets.authorization } } })
        Mayday.captureException(error, { extra: { secret: secrets.environment, cookie: secrets.cookie } })
        response.statusCode = 500
        response.end(String(password.length))
      })
    })
  })
  server.listen(0, '127.0.0.1', () => {
    const sent = http.request({ port: server.address().port, agent: false, method: 'POST',
      path: '/login?token=' + secrets.query + '&page=2',
      headers: { cookie: 'sid=' + secrets.cookie, authorization: 'Basic ' + secrets.authorization,
        'x-api-key': secrets.apiKey, 'x-forwarded-for': secrets.address, 'content-type': 'application/json',
        'proxy-authorization': 'Bearer ' + secrets.bearer, 'x-kept': 'kept-in-headers',
        referer: 'http://shop.test/a?token=' + secrets.query } }, (response) => {
      response.resume().on('end', () => server.close())
    })
    sent.end(JSON.stringify(JSON.parse(process.env.BODY)))
  })`

describe('S17: no secret leaves the process', () => {
  test.each([
    ['by default', '', false],
    [
      'with bodies and local variables asked for',
      `maxRequestBodySize: 'always', includeLocalVariables: true`,
      true,
    ],
  ])('%s', async (_, options, hasBody) => {
    const file = await sdk.write('secrets.cjs', program(options))
    const result = await runNode([file, `--password=${SECRETS.argument}`], {
      env: {
        DSN: sink.dsn,
        SESSION_SECRET: SECRETS.environment,
        ALL_SECRETS: JSON.stringify(SECRETS),
        BODY: JSON.stringify(BODY),
      },
    })
    expect(result).toMatchObject({ code: 0 })
    const bytes = sink.bytes()
    const sent = Object.entries(SECRETS).filter(([, secret]) => bytes.includes(secret))
    expect(sent.map(([name]) => name)).toEqual([])
    // What is no secret did come, so the search above had something to search.
    expect(bytes).toContain('kept-in-headers')
    expect(bytes).toContain('/login')
    expect(bytes).toContain('postgres://[Filtered]@db/shop')
    expect(bytes.includes('kept-in-body')).toBe(hasBody)
  })
})
