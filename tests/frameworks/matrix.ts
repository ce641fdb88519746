import { get } from 'node:http'
import { join } from 'node:path'
import type { EventPayload } from '@mayday/protocol/event'
import { type EventSink, startEventSink } from '../support/event-sink.ts'
import { type FrameworkApp, startApp } from '../support/framework-app.ts'
import { frameworkFolder } from '../support/frameworks.ts'
import { waitUntil } from '../support/wait-until.ts'

/** An app of the matrix that runs, with the server that its events go to. */
export type Running = {
  app: FrameworkApp
  sink: EventSink
  /** All events about requests of this path, once everything that was captured has been sent. */
  eventsOf(path: string): Promise<EventPayload[]>
  stop(): Promise<void>
}

export type Framework = {
  /** Name in `tests/frameworks/servers/package.json`. */
  name: string
  /** File in `tests/frameworks/apps`. */
  app: string
  /** What sees an error with the line of set-up. */
  mechanism: string
  knowsRoutes: boolean
  /** What is known without that line. */
  bare?: Bare
}

type Bare = {
  /** How an error is seen: by a channel, by what the framework writes to the console, or not at all. */
  mechanism: { type: string; handled: boolean } | undefined
  knowsRoutes: boolean
  /** What is an event of those that break an answer off. Koa leaves some waiting, so none is asked. */
  broken: { late?: boolean; stream?: boolean }
}

const console = (handled: boolean) => ({ type: 'console', handled })
const express = { app: 'express', mechanism: 'express', knowsRoutes: true }
const fastify = { app: 'fastify', mechanism: 'fastify', knowsRoutes: true }
const koa = { app: 'koa', mechanism: 'koa', knowsRoutes: true }
const broken = { late: false, stream: true }

export const FRAMEWORKS: Framework[] = [
  // Without set-up, an error ends the process: that is another test.
  { name: 'node-http', app: 'node-http', mechanism: 'http', knowsRoutes: false },
  {
    ...express,
    name: 'express-4',
    bare: { mechanism: console(false), knowsRoutes: true, broken },
  },
  { ...express, name: 'express-5', bare: { mechanism: console(true), knowsRoutes: true, broken } },
  {
    ...fastify,
    name: 'fastify-4',
    // An error after the answer has begun ends the process of Fastify 4.
    bare: { mechanism: undefined, knowsRoutes: false, broken: { stream: false } },
  },
  {
    ...fastify,
    name: 'fastify-5',
    bare: {
      mechanism: { type: 'fastify', handled: false },
      knowsRoutes: true,
      broken: { late: true, stream: false },
    },
  },
  { ...koa, name: 'koa-2', bare: { mechanism: console(false), knowsRoutes: false, broken: {} } },
  {
    ...koa,
    name: 'koa-3',
    bare: { mechanism: console(false), knowsRoutes: false, broken: { stream: true } },
  },
  {
    name: 'hono',
    app: 'hono',
    mechanism: 'hono',
    knowsRoutes: true,
    bare: { mechanism: console(true), knowsRoutes: false, broken },
  },
]

export type Mode = 'set-up' | 'bare'

export async function run(
  name: string,
  mode: Mode,
  environment: 'production' | 'development' = 'production',
): Promise<Running> {
  const file = FRAMEWORKS.find((framework) => framework.name === name)?.app
  return runApp(`${file}.mjs`, [name, mode], environment)
}

/** @param words what the app in `tests/frameworks/apps` is told after the folder of the frameworks */
export async function runApp(
  file: string,
  words: string[],
  environment: 'production' | 'development' = 'production',
): Promise<Running> {
  const folder = await frameworkFolder('servers')
  const sink = await startEventSink()
  const program = join(import.meta.dirname, `apps/${file}`)
  const env = { MAYDAY_DSN: sink.dsn, NODE_ENV: environment }
  const app = await startApp([program, folder, ...words], env)
  return {
    app,
    sink,
    eventsOf: async (path) => {
      const response = await fetch(`${app.url}/flush`)
      if (!(await response.text()).includes('"isFlushed":true')) throw new Error('not flushed')
      return sink.events().filter(({ request }) => request?.url?.endsWith(path))
    },
    stop: async () => {
      await app.stop()
      await sink.close()
    },
  }
}

/** The answer, or undefined when it breaks off. */
export async function ask(
  url: string,
  accept = '*/*',
): Promise<{ status: number; headers: Headers; body: string } | undefined> {
  try {
    const response = await fetch(url, { headers: { accept } })
    return { status: response.status, headers: response.headers, body: await response.text() }
  } catch {
    // Broken off, which is what the test wants to know.
    return undefined
  }
}

/** Leaves while the request is served, and waits until the app has seen it. */
export async function leave(app: FrameworkApp, path: string): Promise<void> {
  const request = get(`${app.url}${path}`).on('error', () => undefined)
  await waitUntil(() => app.stdout().includes('SERVING'), 'the request is served')
  request.destroy()
  await waitUntil(() => app.stdout().includes('GONE'), 'the app has seen it')
}
