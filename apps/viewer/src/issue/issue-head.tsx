import type { Event } from '@mayday/protocol/api/events'
import type { IssueDetail, IssueStatus } from '@mayday/protocol/api/issues'
import { useState } from 'react'
import { IssueChips } from '../issues/issue-chips.tsx'
import { Untrusted } from '../ui/untrusted.tsx'
import { responseStatus } from './response-status.ts'

/** A longer value (an SQL statement, a whole document) would push everything off the first screen. */
const SHORT_VALUE_LENGTH = 280

type Props = {
  issue: IssueDetail
  event: Event | undefined
  busy: boolean
  onStatus: (status: IssueStatus) => void
}

export function IssueHead({ issue, event, busy, onStatus }: Props) {
  return (
    <div className="head">
      <div>
        <div className="s">
          <IssueChips issue={issue} />
          <span className="dim">
            {handledText(event)}level: {event?.level ?? issue.level}
          </span>
        </div>
        <h1>
          <Heading issue={issue} event={event} />
        </h1>
        <Where issue={issue} event={event} />
      </div>
      <div className="acts">
        {issue.status === 'unresolved' ? (
          <>
            <button
              type="button"
              className="btn primary"
              disabled={busy}
              onClick={() => onStatus('resolved')}
            >
              ✓ Resolve
            </button>
            <button
              type="button"
              className="btn"
              disabled={busy}
              onClick={() => onStatus('ignored')}
            >
              Archive
            </button>
          </>
        ) : (
          <button
            type="button"
            className="btn primary"
            disabled={busy}
            onClick={() => onStatus('unresolved')}
          >
            Reopen
          </button>
        )}
      </div>
    </div>
  )
}

/** In the words of the event that is shown: the issue keeps those of its latest one. */
function Heading({ issue, event }: Pick<Props, 'issue' | 'event'>) {
  const [whole, setWhole] = useState(false)
  const metadata = event?.metadata ?? issue.metadata
  const type = typeof metadata.type === 'string' ? metadata.type : ''
  const message =
    wholeValue(event, type) ?? (typeof metadata.value === 'string' ? metadata.value : '')
  const value = type === '' ? (event?.title ?? issue.title) : message
  const cut = !whole && value.length > SHORT_VALUE_LENGTH
  const shown = <Untrusted text={cut ? `${value.slice(0, SHORT_VALUE_LENGTH)}…` : value} />
  return (
    <>
      {type !== '' && (
        <>
          <b>
            <Untrusted text={type} />
          </b>{' '}
        </>
      )}
      {type === '' ? <b>{shown}</b> : <span>{shown}</span>}
      {cut && (
        <button type="button" className="btn tiny" onClick={() => setWhole(true)}>
          Show all
        </button>
      )}
    </>
  )
}

/** The metadata hold a shortened value; the exception itself has all of it. */
function wholeValue(event: Event | undefined, type: string): string | undefined {
  const chain = event?.entries.find((entry) => entry.type === 'exception')?.data.values ?? []
  return chain.findLast((exception) => exception.type === type)?.value ?? undefined
}

function Where({ issue, event }: { issue: IssueDetail; event: Event | undefined }) {
  const transaction = event?.transaction ?? issue.transaction
  const status = event && responseStatus(event)
  const { filename, function: fn } = issue.metadata
  return (
    <div className="dim where">
      {transaction !== null && (
        <>
          <b>
            <Untrusted text={transaction} />
            {status !== undefined && (
              <>
                {' → '}
                <Untrusted text={status} />
              </>
            )}
          </b>
          &nbsp; · &nbsp;
        </>
      )}
      {filename !== null ? (
        <>
          <code>
            <Untrusted text={filename} />
          </code>
          {fn !== null && (
            <>
              {' in '}
              <code>
                <Untrusted text={fn} />
              </code>
            </>
          )}
        </>
      ) : (
        issue.culprit !== null && (
          <code>
            <Untrusted text={issue.culprit} />
          </code>
        )
      )}
    </div>
  )
}

/** Only an exception can be handled or not. */
function handledText(event: Event | undefined): string {
  const exceptions = event?.entries.find((entry) => entry.type === 'exception')
  const handled = exceptions?.data.values.at(-1)?.mechanism?.handled
  return typeof handled === 'boolean' ? `handled: ${handled ? 'yes' : 'no'} · ` : ''
}
