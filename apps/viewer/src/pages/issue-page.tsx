import type { Event } from '@mayday/protocol/api/events'
import type { IssueDetail, IssueStatus } from '@mayday/protocol/api/issues'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { eventJsonHref, eventQuery } from '../api/events.ts'
import { issueQuery, useIssueStatus } from '../api/issues.ts'
import { ActivityList } from '../issue/activity.tsx'
import { EventBar } from '../issue/event-bar.tsx'
import { EventView } from '../issue/event-view.tsx'
import { FeedbackList } from '../issue/feedback.tsx'
import { IssueFacts } from '../issue/issue-facts.tsx'
import { IssueHead } from '../issue/issue-head.tsx'
import { TagDistributions } from '../issue/tag-distributions.tsx'
import { useKeys } from '../keyboard.ts'
import { KeyHints } from '../ui/key-hints.tsx'
import { ErrorBoundary, Failed, Loading, Stale } from '../ui/states.tsx'
import { useClock } from '../ui/use-clock.ts'
import { TopBar } from './top-bar.tsx'

export function IssuePage() {
  const { organization = '', issueId = '', eventId } = useParams({ strict: false })
  const { event: eventOfSearch } = useSearch({ strict: false })
  const issue = useQuery(issueQuery(organization, issueId))
  useClock()
  const which = eventId ?? eventOfSearch ?? 'latest'
  return (
    <>
      <TopBar
        organization={organization}
        project={issue.data?.project.slug}
        issue={issue.data?.shortId ?? issueId}
      />
      <main id="content" tabIndex={-1}>
        <title>{`${issue.data?.title.slice(0, 120) ?? issueId} · Mayday`}</title>
        {issue.error && issue.data === undefined ? (
          <Failed error={issue.error} retry={() => void issue.refetch()} what="the issue" />
        ) : issue.data === undefined ? (
          <Loading what="the issue" />
        ) : (
          <>
            {issue.error && <Stale error={issue.error} retry={() => void issue.refetch()} />}
            <IssueBody organization={organization} issue={issue.data} which={which} />
          </>
        )}
      </main>
    </>
  )
}

type BodyProps = { organization: string; issue: IssueDetail; which: string }

function IssueBody({ organization, issue, which }: BodyProps) {
  const event = useQuery(eventQuery(organization, issue.id, which))
  const client = useQueryClient()
  const hasNewer = useHasNewer(issue, event.data, event.dataUpdatedAt)
  const reload = () => {
    void event.refetch()
    void client.invalidateQueries({ queryKey: ['issue'] })
  }
  const { change } = useIssueStatus(organization)
  const setStatus = (status: IssueStatus) => change.mutate({ issues: [issue], status })
  useIssueKeys(organization, issue, event.data, setStatus)
  return (
    <>
      <IssueHead issue={issue} event={event.data} busy={change.isPending} onStatus={setStatus} />
      <div className="grid">
        <div className="col">
          {event.error && event.data === undefined ? (
            <Failed error={event.error} retry={() => void event.refetch()} what="the event" />
          ) : event.data === undefined ? (
            <Loading what="the event" />
          ) : (
            <>
              <EventBar
                organization={organization}
                issueId={issue.shortId}
                event={event.data}
                total={Math.max(Number(issue.count), event.data.position ?? 0)}
                jsonHref={eventJsonHref(organization, issue.project.slug, event.data.eventID)}
                hasNewer={hasNewer}
                onReload={reload}
              />
              <ErrorBoundary key={event.data.eventID} what="the event">
                <EventView
                  organization={organization}
                  project={issue.project.slug}
                  event={event.data}
                />
              </ErrorBoundary>
            </>
          )}
        </div>
        <aside className="col" aria-label="About the issue">
          <IssueFacts issue={issue} />
          <TagDistributions tags={issue.tags} />
          <FeedbackList organization={organization} issueId={issue.id} />
          <ActivityList issue={issue} />
        </aside>
      </div>
      <p className="hint">
        <KeyHints page="issue" />
      </p>
    </>
  )
}

/** Whether events came after the one that was loaded as the latest; times do not tell, since events may come late. */
function useHasNewer(issue: IssueDetail, event: Event | undefined, loadedAt: number): boolean {
  const count = Number(issue.count)
  const atLoad = useRef({ loadedAt, count })
  if (atLoad.current.loadedAt !== loadedAt) atLoad.current = { loadedAt, count }
  if (event === undefined || event.nextEventID !== null) return false
  return count > Math.max(atLoad.current.count, event.position ?? 0)
}

function useIssueKeys(
  organization: string,
  issue: IssueDetail,
  event: Event | undefined,
  change: (status: IssueStatus) => void,
): void {
  const navigate = useNavigate()
  const router = useRouter()
  const listHref = useListHref(organization, issue.project.slug)
  const show = (eventId: string | null | undefined) => {
    if (eventId === null || eventId === undefined) return
    void navigate({
      to: '/$organization/issues/$issueId/events/$eventId',
      params: { organization, issueId: issue.shortId, eventId },
      state: true,
    })
  }
  const older = () => show(event?.previousEventID)
  const newer = () => show(event?.nextEventID)
  useKeys({
    next: older,
    previous: newer,
    older,
    newer,
    resolve: () => change(issue.status === 'unresolved' ? 'resolved' : 'unresolved'),
    archive: () => issue.status !== 'ignored' && change('ignored'),
    back: () => router.history.push(listHref),
  })
}

/** The list as it was left, or the project's list for whoever came by a link. */
function useListHref(organization: string, project: string): string {
  const listHref = useLocation({ select: ({ state }) => state.listHref })
  return listHref ?? `/${encodeURIComponent(organization)}/${encodeURIComponent(project)}/issues`
}
