import type { Event } from '@mayday/protocol/api/events'
import type { IssueDetail, IssueStatus } from '@mayday/protocol/api/issues'
import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router'
import { eventJsonHref, eventQuery } from '../api/events.ts'
import { issueQuery, useIssueStatus } from '../api/issues.ts'
import { ActivityList, IssueFacts, TagDistributions } from '../issue/aside.tsx'
import { EventBar } from '../issue/event-bar.tsx'
import { EventView } from '../issue/event-view.tsx'
import { IssueHead } from '../issue/issue-head.tsx'
import { useKeys } from '../keyboard.ts'
import { KeyHints } from '../ui/key-hints.tsx'
import { ErrorBoundary, Failed, Loading } from '../ui/states.tsx'
import { TopBar } from './top-bar.tsx'

export function IssuePage() {
  const { organization = '', issueId = '', eventId } = useParams({ strict: false })
  const { event: eventOfSearch } = useSearch({ strict: false })
  const issue = useQuery(issueQuery(organization, issueId))
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
          <IssueBody organization={organization} issue={issue.data} which={which} />
        )}
      </main>
    </>
  )
}

type BodyProps = { organization: string; issue: IssueDetail; which: string }

function IssueBody({ organization, issue, which }: BodyProps) {
  const event = useQuery(eventQuery(organization, issue.id, which))
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
                total={Number(issue.count)}
                jsonHref={eventJsonHref(organization, event.data)}
                hasNewer={
                  event.data.nextEventID === null &&
                  Date.parse(issue.lastSeen) > Date.parse(event.data.dateCreated)
                }
                onReload={() => void event.refetch()}
              />
              <ErrorBoundary key={event.data.eventID} what="the event">
                <EventView event={event.data} />
              </ErrorBoundary>
            </>
          )}
        </div>
        <aside className="col" aria-label="About the issue">
          <IssueFacts issue={issue} />
          <TagDistributions tags={issue.tags} />
          <ActivityList activity={issue.activity} />
        </aside>
      </div>
      <p className="hint">
        <KeyHints page="issue" />
      </p>
    </>
  )
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
