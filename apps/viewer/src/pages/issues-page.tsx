import type { ProjectOverview } from '@mayday/protocol/api/issues'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { type IssueFilter, PERIODS } from '../api/issue-filter.ts'
import { issueListQuery, overviewQuery, useIssueStatus } from '../api/issues.ts'
import { rememberProject } from '../api/projects.ts'
import { IssueTable } from '../issues/issue-table.tsx'
import { OverviewStrip } from '../issues/overview-strip.tsx'
import { SearchBox } from '../issues/search-box.tsx'
import { StatusTabs } from '../issues/status-tabs.tsx'
import { KeyHints } from '../ui/key-hints.tsx'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { useToast } from '../ui/toast.tsx'
import { useClock } from '../ui/use-clock.ts'
import { EnvironmentMenu, PeriodMenu, SortMenu } from './list-menus.tsx'
import { fromSearchBox, toFilter, toSearchBox } from './list-search.ts'
import { SetUp } from './set-up.tsx'
import { TopBar } from './top-bar.tsx'

const route = getRouteApi('/signed-in/$organization/$project/issues')

export function IssuesPage() {
  const { organization, project } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const filter = { organization, project, ...toFilter(search) }
  const { environment, statsPeriod } = filter
  const overview = useQuery(overviewQuery({ organization, project, environment, statsPeriod }))
  useEffect(() => rememberProject(organization, project), [organization, project])
  useFirstEventToast(overview.data)
  useClock()
  const change = (part: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, cursor: undefined, ...part }) })
  return (
    <>
      <TopBar
        organization={organization}
        project={project}
        page="issues"
        filters={
          <>
            <EnvironmentMenu
              organization={organization}
              project={project}
              environment={environment}
              onChange={(name) => change({ environment: name })}
            />
            <PeriodMenu period={statsPeriod} onChange={(key) => change({ statsPeriod: key })} />
          </>
        }
      />
      <main id="content" tabIndex={-1}>
        <title>{`Issues · ${project} · Mayday`}</title>
        <h1 className="hidden-text">Issues of {project}</h1>
        {overview.error && overview.data === undefined ? (
          <Failed error={overview.error} retry={() => void overview.refetch()} what="the project" />
        ) : overview.data === undefined ? (
          <Loading what="the issues" />
        ) : !overview.data.hasEvents ? (
          <SetUp organization={organization} project={project} waits />
        ) : (
          <>
            <OverviewStrip overview={overview.data} period={PERIODS[statsPeriod]} />
            <StatusTabs query={filter.query} counts={overview.data.counts}>
              <SortMenu sort={filter.sort} onChange={(sort) => change({ sort })} />
            </StatusTabs>
            <SearchBox
              query={toSearchBox(filter)}
              onSearch={(text) => change(fromSearchBox(text))}
            />
            <List
              filter={filter}
              onPage={(cursor) => change({ cursor })}
              onClear={() => change({ query: '', environment: undefined })}
            />
            <p className="hint">
              <KeyHints page="list" />
            </p>
          </>
        )}
      </main>
    </>
  )
}

type ListProps = {
  filter: IssueFilter
  onPage: (cursor: string | undefined) => void
  onClear: () => void
}

function List({ filter, onPage, onClear }: ListProps) {
  const { organization } = filter
  const navigate = route.useNavigate()
  const listHref = useLocation({ select: ({ href }) => href })
  const list = useQuery(issueListQuery(filter))
  const { change, revision } = useIssueStatus(organization)
  if (list.error && list.data === undefined) {
    return <Failed error={list.error} retry={() => void list.refetch()} what="the issues" />
  }
  if (list.data === undefined) return <Loading what="the issues" />
  const { items, previous, next } = list.data
  const stale = list.error && <Stale error={list.error} retry={() => void list.refetch()} />
  if (items.length === 0) return <NothingFound query={filter.query} onClear={onClear} />
  return (
    <>
      {stale}
      <IssueTable
        key={list.isPlaceholderData ? 'before' : JSON.stringify(filter)}
        issues={items}
        organization={organization}
        listHref={listHref}
        onOpen={(issue) =>
          void navigate({
            to: '/$organization/issues/$issueId',
            params: { organization, issueId: issue.shortId },
            state: { listHref },
          })
        }
        onStatus={(issues, status) => change.mutateAsync({ issues, status })}
        revision={revision}
      />
      {(previous !== null || next !== null) && (
        <nav className="pages" aria-label="Pages">
          <button
            type="button"
            className="btn"
            disabled={previous === null}
            onClick={() => onPage(previous ?? undefined)}
          >
            ‹ Previous
          </button>
          <button
            type="button"
            className="btn"
            disabled={next === null}
            onClick={() => onPage(next ?? undefined)}
          >
            Next ›
          </button>
        </nav>
      )}
    </>
  )
}

function NothingFound({ query, onClear }: { query: string; onClear: () => void }) {
  return (
    <section className="panel notice" aria-label="Issues">
      <h2>{query === 'is:unresolved' ? 'Nothing unresolved' : 'No issue matches'}</h2>
      <p>
        {query === 'is:unresolved'
          ? 'Every issue in this period and environment is resolved or archived.'
          : 'Take a term off, or look at a longer period or another environment.'}
      </p>
      <button type="button" className="btn" onClick={onClear}>
        Show all issues
      </button>
    </section>
  )
}

function useFirstEventToast(overview: ProjectOverview | undefined): void {
  const toast = useToast()
  const before = useRef(overview?.hasEvents)
  useEffect(() => {
    if (before.current === false && overview?.hasEvents) toast('The first event has arrived')
    before.current = overview?.hasEvents
  }, [overview?.hasEvents, toast])
}
