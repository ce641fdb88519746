import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { pino } from 'pino'
import type { DataSource } from 'typeorm'
import { startSession } from '../src/account/sessions.ts'
import { createApp } from '../src/app.ts'
import { loadConfig } from '../src/config.ts'
import { createTestDatabase } from './database.ts'

export type TestServer = {
  app: NestFastifyApplication
  database: DataSource
  url: string
  stop(): Promise<void>
}

/** The web part of Mayday on a port of its own, with a database of its own. */
export async function startTestServer(env: NodeJS.ProcessEnv = {}): Promise<TestServer> {
  const testDatabase = await createTestDatabase()
  const { database } = testDatabase
  const config = loadConfig({ PORT: '0', MAYDAY_URL: 'http://mayday.test', ...env })
  const app = await createApp({
    config,
    database,
    log: pino({ level: process.env.MAYDAY_TEST_LOG ?? 'silent' }),
  })
  await app.listen(0, '127.0.0.1')
  return {
    app,
    database,
    url: await app.getUrl(),
    async stop() {
      await app.close()
      await testDatabase.drop()
    },
  }
}

export type Answer = { status: number; headers: Headers; body: unknown }

/** Calls the web API as a token or as a browser would, and reads the answer's JSON. */
export async function call(
  server: { url: string },
  method: string,
  path: string,
  by: { token?: string; cookie?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(by.token === undefined ? {} : { authorization: `Bearer ${by.token}` }),
      ...(by.cookie === undefined ? {} : { cookie: by.cookie, 'sec-fetch-site': 'same-origin' }),
      ...(by.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...by.headers,
    },
    ...(by.body === undefined ? {} : { body: JSON.stringify(by.body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  }
}

/** A cookie header of a fresh session, without the detour over a password. */
export async function sessionCookie(database: DataSource, accountId: number): Promise<string> {
  return `mayday_session=${await startSession(database, accountId)}`
}
