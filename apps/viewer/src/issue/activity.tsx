import type { Activity, IssueDetail } from '@mayday/protocol/api/issues'
import { formatAge, formatDateTime, initials } from '../format.ts'
import { ReleaseName } from '../issues/release-name.tsx'
import { Untrusted } from '../ui/untrusted.tsx'

const ACTIVITY_TEXT = {
  first_seen: 'First seen',
  set_resolved: 'resolved',
  set_unresolved: 'reopened',
  set_ignored: 'archived',
  set_regression: 'Came back after it was resolved',
} as const

export function ActivityList({ issue }: { issue: IssueDetail }) {
  if (issue.activity.length === 0) return null
  return (
    <section className="panel" aria-label="Activity">
      <h2>Activity</h2>
      <ul className="acts-list">
        {issue.activity.map((entry) => (
          <ActivityLine key={entry.id} entry={entry} firstRelease={issue.firstReleaseVersion} />
        ))}
      </ul>
    </section>
  )
}

type LineProps = { entry: Activity; firstRelease: string | null }

function ActivityLine({ entry, firstRelease }: LineProps) {
  const { user, data } = entry
  const release = entry.type === 'first_seen' ? firstRelease : data.release
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
              <ReleaseName release={release} />
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
