import type { Issue } from '@mayday/protocol/api/issues'
import { Link } from '@tanstack/react-router'
import { formatAge, formatAgo, formatCount, formatDateTime } from '../format.ts'
import { Sparkline } from '../ui/sparkline.tsx'
import { Untrusted } from '../ui/untrusted.tsx'
import { IssueChips } from './issue-chips.tsx'
import './issue-row.css'

type Props = {
  issue: Issue
  organization: string
  listHref: string
  current: boolean
  selected: boolean
  onSelect: () => void
  onFocus: () => void
}

export function IssueRow(props: Props) {
  const { issue, organization, listHref, current, selected, onSelect, onFocus } = props
  const users = issue.userCount === 0 ? '—' : formatCount(issue.userCount)
  return (
    <tr className={current || selected ? 'sel' : undefined} onFocus={onFocus}>
      <td className="pick">
        <i className={`lv ${issue.level}`} title={`level: ${issue.level}`} />
        <input
          type="checkbox"
          checked={selected}
          onChange={onSelect}
          aria-label={`Select ${issue.shortId}`}
        />
      </td>
      <td className="what">
        <Link
          className="t"
          to="/$organization/issues/$issueId"
          params={{ organization, issueId: issue.shortId }}
          state={{ listHref }}
          data-issue={issue.id}
        >
          <IssueTitle issue={issue} />
        </Link>
        <div className="s">
          {issue.transaction && (
            <b>
              <Untrusted text={issue.transaction} />
            </b>
          )}
          {issue.culprit && issue.culprit !== issue.transaction && (
            <span className="mono">
              <Untrusted text={issue.culprit} />
            </span>
          )}
          <IssueChips issue={issue} />
        </div>
      </td>
      <td className="graph">
        <Sparkline series={issue.stats['24h'] ?? []} />
      </td>
      <td className="count num" data-label={issue.count === '1' ? 'event' : 'events'}>
        <b>{formatCount(Number(issue.count))}</b>
      </td>
      <td className="users num" data-label={issue.userCount === 1 ? 'user' : 'users'}>
        {users}
      </td>
      <td className="age num dim" title={`First seen ${formatDateTime(issue.firstSeen)}`}>
        {formatAge(issue.firstSeen)}
      </td>
      <td
        className="seen num dim"
        title={`Last seen ${formatDateTime(issue.lastSeen)}, ${formatAgo(issue.lastSeen)}`}
      >
        {formatAge(issue.lastSeen)}
      </td>
    </tr>
  )
}

/** Type in bold with the value after it, or the whole title of an event that has no exception. */
export function IssueTitle({ issue }: { issue: Issue }) {
  const { type, value } = issue.metadata
  if (type === null || type === '') {
    return (
      <b>
        <Untrusted text={issue.title} />
      </b>
    )
  }
  return (
    <>
      <b>
        <Untrusted text={type} />
      </b>{' '}
      <span>
        <Untrusted text={value ?? ''} />
      </span>
    </>
  )
}
