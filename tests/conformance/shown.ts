import type { Attachment } from '@mayday/protocol/api/attachments'
import type { ApiBreadcrumb, Event, EventEntry } from '@mayday/protocol/api/events'
import type { Issue } from '@mayday/protocol/api/issues'
import type { Monitor } from '@mayday/protocol/api/monitors'
import { ask, issuesAfter, latestEvent } from '../scenarios/web-api.ts'
import type { RunningServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

/** What every program of this folder attaches to its error: bytes that no text could hold. */
export const RECEIPT: Buffer = Buffer.from('total: 100 cents\n\0\xff', 'latin1')

/** Runs a program with the DSN of a new project, and gives its events by their issue's title. */
export async function eventsShown(
  server: RunningServer,
  project: string,
  events: number,
  run: (dsn: string) => Promise<unknown>,
): Promise<Map<string, Event>> {
  const made = await server.mayday('project', 'create', project, '--json')
  if (made.code !== 0) throw new Error(made.stderr)
  await run(JSON.parse(made.stdout).dsn)
  const issues: Issue[] = await issuesAfter(server, project, events)
  const shown = await Promise.all(
    issues.map(async (issue) => [issue.title, await latestEvent(server, issue)] as const),
  )
  return new Map(shown)
}

/** Outermost last, each with the function where it was thrown. */
export function chainOf(event: Event): unknown[] {
  const values = entryOf(event, 'exception')?.values ?? []
  return values.map(({ type, value, stacktrace }) => {
    const frame = stacktrace?.frames.findLast(({ inApp }) => inApp)
    return { type, value, function: frame?.function }
  })
}

export function trailOf(event: Event): Partial<ApiBreadcrumb>[] {
  const values = entryOf(event, 'breadcrumbs')?.values ?? []
  return values.map(({ category, message, level }) => ({ category, message, level }))
}

type Entries = { [Entry in EventEntry as Entry['type']]: Entry['data'] }

export function entryOf<Type extends keyof Entries>(
  event: Event,
  type: Type,
): Entries[Type] | undefined {
  const entry = event.entries.find((one) => one.type === type)
  return entry?.data as Entries[Type] | undefined
}

/** Names of the event's files, and the bytes that a download gives. */
export async function filesOf(
  server: RunningServer,
  project: string,
  event: Event,
): Promise<Map<string, Buffer>> {
  const path = `projects/${project}/events/${event.eventID}/attachments/`
  const files = await ask<Attachment[]>(server, path)
  const headers = { authorization: `Bearer ${server.token}` }
  const loaded = files.map(async ({ id, name }) => {
    const response = await fetch(`${server.url}/api/0/${path}${id}/?download=1`, { headers })
    return [name, Buffer.from(await response.arrayBuffer())] as const
  })
  return new Map(await Promise.all(loaded))
}

/** Waits until the scheduled task of this name has the status. */
export async function monitorShown(
  server: RunningServer,
  project: string,
  slug: string,
): Promise<Monitor> {
  let monitor: Monitor | undefined
  await waitUntil(async () => {
    const all = await ask<Monitor[]>(server, `projects/${project}/monitors/`)
    monitor = all.find((one) => one.slug === slug)
    return monitor?.status === 'ok'
  }, `${slug} of ${project} is ok`)
  return monitor as Monitor
}
