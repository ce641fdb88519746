import type { Event } from '@mayday/protocol/api/events'
import { queryOptions } from '@tanstack/react-query'
import { ApiError, get, path } from './client.ts'
import { organizationsQuery } from './projects.ts'

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

/** Address of the event as JSON, for people and scripts. */
export function eventJsonHref(organization: string, event: Event): string {
  return `/api/0${path`/organizations/${organization}/issues/${event.groupID}/events/${event.eventID}/`}`
}

export type FoundEvent = { organizationSlug: string; groupId: string; eventId: string }

/** Finds the event of an error id, or of its beginning, in whichever organisation has it. */
export function findEventQuery(errorId: string) {
  return queryOptions({
    queryKey: ['find-event', errorId],
    queryFn: async ({ client, signal }) => {
      const organizations = await client.ensureQueryData(organizationsQuery)
      let refusal = new ApiError(404, 'No organisation of yours could have it.')
      for (const { slug } of organizations) {
        try {
          return await get<FoundEvent>(path`/organizations/${slug}/eventids/${errorId}/`, signal)
        } catch (error) {
          if (!(error instanceof ApiError) || error.status === 401 || error.status === 0)
            throw error
          refusal = error
        }
      }
      throw refusal
    },
    // It may still be on its way through the journal.
    refetchInterval: ({ state }) => (state.data === undefined ? 3000 : false),
    retry: false,
  })
}
