import type { IssueDetail } from '@mayday/protocol/api/issues'
import { formatAgo, formatCount, formatDateTime, formatRelease, formatShare } from '../format.ts'
import { ReleaseName } from '../issues/release-name.tsx'
import { BarChart } from '../ui/bar-chart.tsx'
import './aside.css'

const CHART_HEIGHT_PX = 92

export function IssueFacts({ issue }: { issue: IssueDetail }) {
  const marks = [issue.firstRelease, issue.lastRelease]
    .filter((release) => release !== null)
    .filter((release, index, all) => index === 0 || release.version !== all[0]?.version)
    .map((release) => ({
      atMs: Date.parse(release.dateCreated),
      label: `release ${formatRelease(release.version)}`,
    }))
  return (
    <section className="panel" aria-label="Facts">
      <dl className="totals">
        <div>
          <dt>
            {issue.count === '1' ? 'event' : 'events'} · {formatShare(issue.shareOfProject)} of all
          </dt>
          <dd className="num">{formatCount(Number(issue.count))}</dd>
        </div>
        <div>
          <dt>{issue.userCount === 1 ? 'user' : 'users'}</dt>
          <dd className="num">{formatCount(issue.userCount)}</dd>
        </div>
      </dl>
      <BarChart
        series={issue.stats['24h'] ?? []}
        marks={marks}
        label="Events of this issue, last 24 hours"
        height={CHART_HEIGHT_PX}
        compact
      />
      <dl className="seen-at">
        <Seen label="First seen" at={issue.firstSeen} release={issue.firstReleaseVersion} />
        <Seen label="Last seen" at={issue.lastSeen} release={issue.lastReleaseVersion} />
      </dl>
    </section>
  )
}

function Seen({ label, at, release }: { label: string; at: string; release: string | null }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <time dateTime={at} title={formatDateTime(at)}>
          {formatAgo(at)}
        </time>
        {release !== null && (
          <>
            {' in '}
            <code>
              <ReleaseName release={release} />
            </code>
          </>
        )}
      </dd>
    </>
  )
}
