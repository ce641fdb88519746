import type { ProjectOverview } from '@mayday/protocol/api/issues'
import { formatCount, formatRelease } from '../format.ts'
import { BarChart } from '../ui/bar-chart.tsx'
import { ReleaseName } from './release-name.tsx'
import './overview-strip.css'

const CHART_HEIGHT_PX = 118

export function OverviewStrip({ overview, period }: { overview: ProjectOverview; period: string }) {
  return (
    <section className="panel strip" aria-label="Overview">
      <dl className="facts">
        <Fact value={overview.events}>{overview.events === 1 ? 'event' : 'events'}</Fact>
        <Fact value={overview.users}>
          {overview.users === 1 ? 'user affected' : 'users affected'}
        </Fact>
        <Fact value={overview.newInRelease}>
          {overview.newestRelease === null ? (
            'new issues'
          ) : (
            <>
              new since{' '}
              <code>
                <ReleaseName release={overview.newestRelease} />
              </code>
            </>
          )}
        </Fact>
        <Fact value={overview.regressed}>
          {overview.regressed === 1 ? 'regression' : 'regressions'}
        </Fact>
      </dl>
      <BarChart
        series={overview.series}
        marks={overview.releases.map((release) => ({
          atMs: Date.parse(release.firstSeen),
          label: `release ${formatRelease(release.version)}`,
        }))}
        label={`Events over time, ${period.toLowerCase()}`}
        height={CHART_HEIGHT_PX}
      />
    </section>
  )
}

function Fact({ value, children }: { value: number; children: React.ReactNode }) {
  return (
    <div className="fact">
      <dt>{children}</dt>
      <dd className="num">{formatCount(value)}</dd>
    </div>
  )
}
