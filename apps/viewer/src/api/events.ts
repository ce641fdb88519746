import type { Attachment } from '@mayday/protocol/api/attachments'
import type { Event, EventLocation } from '@mayday/protocol/api/events'
import { queryOptions } from '@tanstack/react-query'
import { get, path } from './client.ts'

const FIND_POLL_MS = 3000

/** `which` is `latest`, `oldest` or an event id. Events never change, so none is asked for twice. */
export function eventQuery(organization: string, issueId: string, which: string) {
  return queryOptions({
    queryKey: ['event', organization, issueId, which],
    queryFn: ({ signal }) =>
      get<Event>(path`/organizations/${organization}/issues/${issueId}/events/${which}/`, signal),
    staleTime: which === 'latest' ? 0 : 30_000,
    refetchOnWindowFocus: false,
  })
}

/** Address of the event as it was stored, for people and scripts. */
export function eventJsonHref(organization: string, project: string, eventId: string): string {
  return `/api/0${path`/projects/${organization}/${project}/events/${eventId}/json/`}`
}

/** Files may come later than their event. */
export function attachmentsQuery(organization: string, project: string, eventId: string) {
  return queryOptions({
    queryKey: ['attachments', organization, project, eventId],
    queryFn: ({ signal }) =>
      get<Attachment[]>(
        path`/projects/${organization}/${project}/events/${eventId}/attachments/`,
        signal,
      ),
  })
}

export function attachmentHref(
  organization: string,
  project: string,
  eventId: string,
  id: string,
): string {
  return `/api/0${path`/projects/${organization}/${project}/events/${eventId}/attachments/${id}/`}?download=1`
}

/** Finds the event of an error id, or of its beginning, in whichever project has it. */
export function findEventQuery(errorId: string) {
  return queryOptions({
    queryKey: ['find-event', errorId],
    queryFn: ({ signal }) => get<EventLocation>(path`/error-ids/${errorId}/`, signal),
    // It may still be on its way through the journal.
    refetchInterval: ({ state }) => (state.data === undefined ? FIND_POLL_MS : false),
    retry: false,
  })
}
