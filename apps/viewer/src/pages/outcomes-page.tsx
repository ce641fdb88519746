import type { ProjectOutcomes } from '@mayday/protocol/api/outcomes'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { PERIODS } from '../api/issue-filter.ts'
import { outcomesQuery } from '../api/outcomes.ts'
import { formatCount, formatDateTime } from '../format.ts'
import { StackedBars } from '../ui/stacked-bars.tsx'
import { Failed, Loading, Stale } from '../ui/states.tsx'
import { PeriodMenu } from './list-menus.tsx'
import './outcomes-page.css'
import { TopBar } from './top-bar.tsx'

const route = getRouteApi('/signed-in/$organization/$project/outcomes')

type Row = ProjectOutcomes['rows'][number]

const LAYERS = [
  { name: 'kept', className: 'kept', holds: (row: Row) => row.outcome === 'accepted' },
  {
    name: 'dropped by the server',
    className: 'server',
    holds: (row: Row) => row.outcome !== 'accepted' && row.by === 'server',
  },
  {
    name: 'dropped by an SDK',
    className: 'sdk',
    holds: (row: Row) => row.outcome !== 'accepted' && row.by === 'sdk',
  },
]

const OUTCOME_TEXT: Record<string, string> = {
  accepted: 'Kept',
  filtered: 'Filtered',
  rate_limited: 'Over a limit',
  invalid: 'Invalid',
  client_discard: 'Not sent',
}

export function OutcomesPage() {
  const { organization, project } = route.useParams()
  const { statsPeriod = '24h' } = route.useSearch()
  const navigate = route.useNavigate()
  const outcomes = useQuery(outcomesQuery(organization, project, statsPeriod))
  const retry = () => void outcomes.refetch()
  return (
    <>
      <TopBar
        organization={organization}
        project={project}
        page="outcomes"
        filters={
          <PeriodMenu
            period={statsPeriod}
            onChange={(period) => void navigate({ search: { statsPeriod: period } })}
          />
        }
      />
      <main id="content" tabIndex={-1}>
        <title>{`Outcomes · ${project} · Mayday`}</title>
        <h1 className="hidden-text">Outcomes of {project}</h1>
        {outcomes.error && outcomes.data === undefined ? (
          <Failed error={outcomes.error} retry={retry} what="the outcomes" />
        ) : outcomes.data === undefined ? (
          <Loading what="the outcomes" />
        ) : (
          <>
            {outcomes.error && <Stale error={outcomes.error} retry={retry} />}
            <Summary outcomes={outcomes.data} period={PERIODS[statsPeriod]} />
            {outcomes.data.rows.length > 0 && <OutcomeTable rows={outcomes.data.rows} />}
          </>
        )}
      </main>
    </>
  )
}

function Summary({ outcomes, period }: { outcomes: ProjectOutcomes; period: string }) {
  const { rows, intervals, interval } = outcomes
  const layers = LAYERS.map(({ holds, ...layer }) => {
    const held = rows.filter(holds)
    const series = intervals.map((_, at) => sum(held.map((row) => row.series[at] ?? 0)))
    return { ...layer, series, total: sum(series) }
  })
  return (
    <section className="panel outcome-summary" aria-label="Summary">
      <dl>
        {layers.map(({ name, className, total }) => (
          <div key={name}>
            <dt>
              <i className={className} aria-hidden="true" />
              {name}
            </dt>
            <dd className="num">{formatCount(total)}</dd>
          </div>
        ))}
      </dl>
      {rows.length === 0 ? (
        <p>Nothing arrived, and no SDK told of anything that it dropped.</p>
      ) : (
        <StackedBars
          layers={layers}
          starts={intervals.map((start) => nameOf(start, interval))}
          label={`Items over time, ${period.toLowerCase()}`}
        />
      )}
    </section>
  )
}

function OutcomeTable({ rows }: { rows: Row[] }) {
  return (
    <section className="panel" aria-label="Outcomes">
      <table className="outcomes">
        <thead>
          <tr>
            <th>Outcome</th>
            <th>Items</th>
            <th>Kind</th>
            <th>By</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={[row.outcome, row.reason, row.category].join(' ')}>
              <td>
                <b>{OUTCOME_TEXT[row.outcome] ?? row.outcome}</b>
              </td>
              <td data-label="Items" className="num">
                {formatCount(row.quantity)}
              </td>
              <td data-label="Kind">{row.category.replaceAll('_', ' ')}</td>
              <td data-label="By">{row.by === 'sdk' ? 'SDK' : 'server'}</td>
              <td className="why">
                {row.sentence} {row.reason !== '' && <code>{row.reason}</code>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** A day is one of UTC, whatever the reader's time zone makes of its first moment. */
function nameOf(start: string, interval: ProjectOutcomes['interval']): string {
  if (interval === 'hour') return formatDateTime(start).replace(/:\d\d$/, '')
  const options = { month: 'short', day: 'numeric', timeZone: 'UTC' } as const
  return new Date(start).toLocaleDateString('en', options)
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}
