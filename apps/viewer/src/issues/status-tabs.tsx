import type { ProjectOverview } from '@mayday/protocol/api/issues'
import { Link } from '@tanstack/react-router'
import { formatCount } from '../format.ts'
import { statusOf, withStatus } from './search-tokens.ts'
import './status-tabs.css'

type Counts = ProjectOverview['counts']

const TABS: [status: string, label: string, count: keyof Counts][] = [
  ['unresolved', 'Unresolved', 'unresolved'],
  ['new', 'New', 'new'],
  ['regressed', 'Regressed', 'regressed'],
  ['resolved', 'Resolved', 'resolved'],
  ['archived', 'Archived', 'ignored'],
]

type Props = { query: string; counts: Counts | undefined; children: React.ReactNode }

/** A tab is nothing but an `is:` in the search; `children` stand at the right end. */
export function StatusTabs({ query, counts, children }: Props) {
  const current = statusOf(query)
  return (
    <nav className="tabs" aria-label="Status">
      {TABS.map(([status, label, count]) => (
        <Link
          key={status}
          from="/$organization/$project/issues"
          to="."
          search={(before) => ({ ...before, query: withStatus(query, status), cursor: undefined })}
          className={current === status ? 'on' : ''}
          aria-current={current === status ? 'page' : undefined}
        >
          {label} {counts && <span className="num">{formatCount(counts[count])}</span>}
        </Link>
      ))}
      {children}
    </nav>
  )
}
