import type { ApiFrame, Event, EventLocation } from '@mayday/protocol/api/events'
import type { Issue } from '@mayday/protocol/api/issues'
import type { RunningServer } from '../support/server.ts'
import { waitUntil } from '../support/wait-until.ts'

export type SeenIssue = { title: string; count: number; userCount: number }

/** What the web API tells to an owner of the token. Paths start behind `/api/0/`. */
export async function ask<Answer>(server: RunningServer, path: string): Promise<Answer> {
  const response = await fetch(`${server.url}/api/0/${path}`, {
    headers: { authorization: `Bearer ${server.token}` },
  })
  const body = await response.text()
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${body}`)
  return JSON.parse(body)
}

/** All issues of a project, whatever their status. */
export function issuesOf(server: RunningServer, project: string): Promise<Issue[]> {
  return ask(server, `projects/${project}/issues/?query=`)
}

export function latestEvent(server: RunningServer, issue: Issue): Promise<Event> {
  return ask(server, `issues/${issue.id}/events/latest/`)
}

export function locateError(server: RunningServer, errorId: string): Promise<EventLocation> {
  return ask(server, `error-ids/${errorId}/`)
}

/** Waits for as many events in all issues of the project, and gives these issues. */
export async function issuesAfter(
  server: RunningServer,
  project: string,
  events: number,
): Promise<Issue[]> {
  let issues: Issue[] = []
  await waitUntil(async () => {
    issues = await issuesOf(server, project)
    return issues.reduce((sum, { count }) => sum + Number(count), 0) >= events
  }, `${events} events of ${project} are counted`)
  return issues
}

/** Those of the outermost exception, the crash last. */
export function framesOf(event: Event): ApiFrame[] {
  for (const entry of event.entries) {
    if (entry.type === 'exception') return entry.data.values.at(-1)?.stacktrace?.frames ?? []
  }
  return []
}

/** By title, without what differs from run to run. */
export function summary(issues: readonly Issue[]): SeenIssue[] {
  return issues
    .map(({ title, count, userCount }) => ({ title, count: Number(count), userCount }))
    .toSorted((one, other) => one.title.localeCompare(other.title))
}
