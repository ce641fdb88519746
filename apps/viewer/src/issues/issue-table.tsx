import type { Issue, IssueStatus } from '@mayday/protocol/api/issues'
import { useRef, useState } from 'react'
import { useKeys } from '../keyboard.ts'
import { IssueRow } from './issue-row.tsx'
import { steadyRows } from './steady-rows.ts'
import './issue-table.css'
import './issue-table-narrow.css'

type Props = {
  issues: Issue[]
  organization: string
  /** Where the way back from an issue leads: this list as it is. */
  listHref: string
  onOpen: (issue: Issue) => void
  /** Settles when the list has been read again. */
  onStatus: (issues: Issue[], status: IssueStatus) => Promise<unknown>
  /** Rises with each change of status from here: its effect on the list is shown at once. */
  revision: number
}

/**
 * The issues with their keys and their selection. Give it a new `key` with every other question
 * (filter, sort, page): then its order starts afresh; within one it changes only when nobody is at it.
 */
export function IssueTable(props: Props) {
  const { issues, organization, listHref, onOpen, onStatus, revision } = props
  const [shown, setShown] = useState<Issue[]>(issues)
  const [currentId, setCurrentId] = useState<string | undefined>()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [isPointed, setIsPointed] = useState(false)
  const [shownRevision, setShownRevision] = useState(revision)
  const body = useRef<HTMLTableSectionElement>(null)

  const ids = shown.map((issue) => issue.id)
  const { rows, moved, unseen } = steadyRows(ids, shown, issues)
  const isInUse = isPointed || currentId !== undefined || selected.size > 0
  if (moved && (!isInUse || revision !== shownRevision)) {
    setShown(issues)
    setShownRevision(revision)
  }

  const current = rows.findIndex((issue) => issue.id === currentId)
  const focus = (issue: Issue | undefined) => {
    if (issue === undefined) return
    setCurrentId(issue.id)
    const link = body.current?.querySelector<HTMLElement>(`[data-issue="${CSS.escape(issue.id)}"]`)
    link?.focus()
    link?.scrollIntoView({ block: 'nearest' })
  }
  const toggle = (issue: Issue) => {
    const next = new Set(selected)
    if (!next.delete(issue.id)) next.add(issue.id)
    setSelected(next)
  }
  const chosen =
    selected.size > 0
      ? rows.filter((one) => selected.has(one.id))
      : rows.slice(current, current + 1)
  const act = async (status: IssueStatus) => {
    const targets = current === -1 && selected.size === 0 ? [] : chosen
    if (targets.length === 0) return
    const after = rows.slice(current + 1).find((issue) => !targets.includes(issue))
    await onStatus(targets, status).catch(() => {})
    setSelected(new Set())
    if (current !== -1) focus(after)
  }
  useKeys({
    next: () => focus(rows[current + 1] ?? rows.at(-1)),
    previous: () => focus(rows[Math.max(0, current - 1)]),
    open: () => current !== -1 && rows[current] && onOpen(rows[current]),
    select: () => current !== -1 && rows[current] && toggle(rows[current]),
    resolve: () => void act('resolved'),
    archive: () => void act('ignored'),
  })
  return (
    <section
      className="panel list"
      aria-label="Issues"
      onPointerEnter={() => setIsPointed(true)}
      onPointerLeave={() => setIsPointed(false)}
    >
      {moved && isInUse && (
        <button type="button" className="moved" onClick={() => setShown(issues)}>
          {unseen > 0 ? `${unseen} more · show` : 'The order has changed · show'}
        </button>
      )}
      {selected.size > 0 && (
        <BulkBar count={selected.size} onAct={act} onClear={() => setSelected(new Set())} />
      )}
      <table className={selected.size > 0 ? 'issues selecting' : 'issues'}>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden-text">Select</span>
            </th>
            <th scope="col" className="what">
              Issue
            </th>
            <th scope="col">24 h</th>
            <th scope="col">Events</th>
            <th scope="col">Users</th>
            <th scope="col">Age</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((issue) => (
            <IssueRow
              key={issue.id}
              issue={issue}
              organization={organization}
              listHref={listHref}
              current={issue.id === currentId}
              selected={selected.has(issue.id)}
              onSelect={() => toggle(issue)}
              onFocus={() => setCurrentId(issue.id)}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

type BulkProps = { count: number; onAct: (status: IssueStatus) => void; onClear: () => void }

function BulkBar({ count, onAct, onClear }: BulkProps) {
  return (
    <div className="bulk" role="toolbar" aria-label="Selected issues">
      <b className="num">{count} selected</b>
      <button type="button" className="btn tiny" onClick={() => onAct('resolved')}>
        Resolve
      </button>
      <button type="button" className="btn tiny" onClick={() => onAct('ignored')}>
        Archive
      </button>
      <button type="button" className="btn tiny" onClick={() => onAct('unresolved')}>
        Reopen
      </button>
      <button type="button" className="btn tiny bare" onClick={onClear}>
        Clear
      </button>
    </div>
  )
}
