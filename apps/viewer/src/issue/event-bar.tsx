import type { Event } from '@mayday/protocol/api/events'
import { Link } from '@tanstack/react-router'
import { formatAgo, formatCount, formatDateTime, formatErrorId } from '../format.ts'
import { CopyButton } from '../ui/copy-button.tsx'

type Props = {
  organization: string
  issueId: string
  event: Event
  total: number
  jsonHref: string
  /** Events arrived after this one was loaded as the latest. */
  hasNewer: boolean
  onReload: () => void
}

/** Which of the issue's events is shown, and the way to the others. */
export function EventBar(props: Props) {
  const { organization, issueId, event, total, jsonHref, hasNewer, onReload } = props
  const isLatest = event.nextEventID === null
  const isOldest = event.previousEventID === null
  return (
    <section className="panel evbar" aria-label="Event">
      <span className="seg">
        <Link
          to="/$organization/issues/$issueId"
          params={{ organization, issueId }}
          state={true}
          className={isLatest ? 'on' : ''}
          aria-current={isLatest ? 'true' : undefined}
        >
          Latest
        </Link>
        <Step {...props} to="oldest" label="Oldest" on={isOldest && !isLatest}>
          Oldest
        </Step>
      </span>
      <span className="seg">
        <Step {...props} to={event.previousEventID} label="Older event">
          ‹
        </Step>
        <Step {...props} to={event.nextEventID} label="Newer event">
          ›
        </Step>
      </span>
      <span>
        {event.position !== null && (
          <>
            <b className="num">{formatCount(event.position)}</b>{' '}
          </>
        )}
        <span className="dim num">of {formatCount(total)}</span>
      </span>
      <span className="dim">
        <time dateTime={event.dateCreated}>{formatDateTime(event.dateCreated)}</time> ·{' '}
        {formatAgo(event.dateCreated)}
      </span>
      {hasNewer && (
        <button type="button" className="btn tiny" onClick={onReload}>
          Newer events
        </button>
      )}
      <span className="id dim">
        error id <code title={event.eventID}>{formatErrorId(event.eventID)}</code>{' '}
        <CopyButton className="btn tiny" text={event.eventID} label="Copy error id">
          Copy
        </CopyButton>
      </span>
      <a className="btn small" href={jsonHref} target="_blank" rel="noreferrer">
        JSON
      </a>
    </section>
  )
}

type StepProps = Pick<Props, 'organization' | 'issueId'> & {
  to: string | null
  label: string
  on?: boolean
  children: string
}

function Step({ organization, issueId, to, label, on = false, children }: StepProps) {
  if (to === null) {
    return (
      <button type="button" disabled aria-label={label}>
        {children}
      </button>
    )
  }
  return (
    <Link
      to="/$organization/issues/$issueId/events/$eventId"
      params={{ organization, issueId, eventId: to }}
      state={true}
      aria-label={label}
      className={on ? 'on' : ''}
      aria-current={on ? 'true' : undefined}
    >
      {children}
    </Link>
  )
}
