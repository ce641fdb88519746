import type { Activity, IssueDetail, TagDetail } from '@mayday/protocol/api/issues'
import {
  formatAge,
  formatAgo,
  formatCount,
  formatDateTime,
  formatShare,
  initials,
} from '../format.ts'
import { BarChart } from '../ui/bar-chart.tsx'
import { Untrusted } from '../ui/untrusted.tsx'
import './aside.css'

const CHART_HEIGHT_PX = 92

export function IssueFacts({ issue }: { issue: IssueDetail }) {
  const marks = [issue.firstRelease, issue.lastRelease]
    .filter((release) => release !== null)
    .filter((release, index, all) => index === 0 || release.version !== all[0]?.version)
    .map((release) => ({
      atMs: Date.parse(release.dateCreated),
      label: `release ${release.version}`,
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
              <Untrusted text={release} />
            </code>
          </>
        )}
      </dd>
    </>
  )
}

/** Those that say most stand first; others follow as the server lists them. */
const FIRST_TAGS = ['transaction', 'release', 'environment', 'server_name', 'url']
const TAG_TITLES: Record<string, string> = { transaction: 'route', server_name: 'server' }
const SHOWN_VALUES = 4

export function TagDistributions({ tags }: { tags: TagDetail[] }) {
  const told = tags
    .filter((tag) => tag.topValues.length > 0 && tag.totalValues > 0)
    .sort((a, b) => rank(a.key) - rank(b.key))
  if (told.length === 0) return null
  return (
    <section className="panel" aria-label="Tag distributions">
      {told.map((tag) => (
        <div className="dist" key={tag.key}>
          <h3>
            <Untrusted text={TAG_TITLES[tag.key] ?? tag.key} />
          </h3>
          <ul>
            {tag.topValues.slice(0, SHOWN_VALUES).map(({ value, count }) => (
              <Bar key={value} text={value} share={count / tag.totalValues} />
            ))}
            {tag.uniqueValues > SHOWN_VALUES && (
              <li className="faint">{formatCount(tag.uniqueValues - SHOWN_VALUES)} more</li>
            )}
          </ul>
        </div>
      ))}
    </section>
  )
}

function Bar({ text, share }: { text: string; share: number }) {
  const shown = formatShare(share)
  const width: React.CSSProperties & { '--w': string } = { '--w': `${share * 100}%` }
  return (
    <li className="bar" style={width}>
      <span title={text}>{text === '' ? <i>empty</i> : <Untrusted text={text} />}</span>
      <span className="num">{shown}</span>
    </li>
  )
}

function rank(key: string): number {
  const at = FIRST_TAGS.indexOf(key)
  return at === -1 ? FIRST_TAGS.length : at
}

const ACTIVITY_TEXT = {
  first_seen: 'First seen',
  set_resolved: 'resolved',
  set_unresolved: 'reopened',
  set_ignored: 'archived',
  set_regression: 'Came back after it was resolved',
} as const

export function ActivityList({ activity }: { activity: Activity[] }) {
  if (activity.length === 0) return null
  return (
    <section className="panel" aria-label="Activity">
      <h2>Activity</h2>
      <ul className="acts-list">
        {activity.map((entry) => (
          <ActivityLine key={entry.id} entry={entry} />
        ))}
      </ul>
    </section>
  )
}

function ActivityLine({ entry }: { entry: Activity }) {
  const { user, data } = entry
  const release = data.release ?? data.version
  const what = ACTIVITY_TEXT[entry.type]
  return (
    <li className="act">
      {user === null ? (
        <span className="dot" aria-hidden="true">
          ●
        </span>
      ) : (
        <span className="avatar small" aria-hidden="true">
          {initials(user.name || user.email || '?')}
        </span>
      )}
      <span>
        {user !== null && (
          <>
            <Untrusted text={user.name || user.email || 'Someone'} />{' '}
          </>
        )}
        {user === null ? what.charAt(0).toUpperCase() + what.slice(1) : what}
        {typeof release === 'string' && (
          <>
            {' in '}
            <code>
              <Untrusted text={release} />
            </code>
          </>
        )}
      </span>
      <time dateTime={entry.dateCreated} title={formatDateTime(entry.dateCreated)}>
        {formatAge(entry.dateCreated)}
      </time>
    </li>
  )
}
