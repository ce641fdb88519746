import type { ApiBreadcrumb, Event } from '@mayday/protocol/api/events'
import { useState } from 'react'
import { formatDateTime, formatDuration, formatOffset } from '../format.ts'
import { Untrusted } from '../ui/untrusted.tsx'
import { describeBreadcrumb } from './describe-breadcrumb.ts'
import './breadcrumbs.css'

const SHOWN_AT_FIRST = 6

/** What happened before, the oldest first, with the event itself as the last line. */
export function Breadcrumbs({ event }: { event: Event }) {
  const [all, setAll] = useState(false)
  const crumbs = event.entries.find((entry) => entry.type === 'breadcrumbs')?.data.values ?? []
  if (crumbs.length === 0) return null
  const hidden = all ? 0 : Math.max(0, crumbs.length - SHOWN_AT_FIRST)
  const eventAtMs = Date.parse(event.dateCreated)
  return (
    <section className="panel" aria-label="Breadcrumbs">
      <h2>
        Breadcrumbs
        <span className="r">
          {hidden > 0 ? `last ${SHOWN_AT_FIRST} of ${crumbs.length}` : `${crumbs.length}`}
          {crumbs.length > SHOWN_AT_FIRST && (
            <button type="button" className="btn small" onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : 'Show all'}
            </button>
          )}
        </span>
      </h2>
      <ol className="bcs">
        {crumbs.slice(hidden).map((crumb, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the trail of an event never changes
          <Crumb key={hidden + index} crumb={crumb} eventAtMs={eventAtMs} />
        ))}
        <li className="bc err">
          <span className="num">0</span>
          <span className="chip reg">{event.level}</span>
          <span className="text clamp">
            <Thrown event={event} />
          </span>
          <span />
        </li>
      </ol>
    </section>
  )
}

function Thrown({ event }: { event: Event }) {
  const thrown = event.entries.find((entry) => entry.type === 'exception')?.data.values.at(-1)
  if (thrown === undefined) return <Untrusted text={event.message || event.title} />
  return (
    <>
      <b>
        <Untrusted text={thrown.type ?? 'Error'} />
      </b>{' '}
      <Untrusted text={thrown.value ?? ''} />
    </>
  )
}

function Crumb({ crumb, eventAtMs }: { crumb: ApiBreadcrumb; eventAtMs: number }) {
  const { text, isCode, data, durationMs } = describeBreadcrumb(crumb)
  const atMs = Date.parse(crumb.timestamp ?? '')
  const isBad = crumb.level === 'error' || crumb.level === 'fatal'
  const look = isBad ? 'chip reg' : crumb.level === 'warning' ? 'chip warn' : 'chip'
  return (
    <li className={isBad ? 'bc err' : 'bc'}>
      <span
        className="dim num"
        title={Number.isNaN(atMs) ? undefined : formatDateTime(new Date(atMs))}
      >
        {Number.isNaN(atMs) ? '' : formatOffset(atMs - eventAtMs)}
      </span>
      <span className={look} title={`level: ${crumb.level}`}>
        <Untrusted text={crumb.category ?? crumb.type} />
      </span>
      <span className="text">
        {isCode ? (
          <code>
            <Untrusted text={text} />
          </code>
        ) : (
          <Untrusted text={text} />
        )}
        {data.length > 0 && (
          <span className="data">
            {data.map(([key, value]) => (
              <span key={key}>
                <Untrusted text={`${key}: ${value}`} />{' '}
              </span>
            ))}
          </span>
        )}
      </span>
      <span className="dim num">{durationMs === undefined ? '' : formatDuration(durationMs)}</span>
    </li>
  )
}
