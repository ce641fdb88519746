import type { Event } from '@mayday/protocol/api/events'
import type { ReactNode } from 'react'
import { Untrusted } from '../ui/untrusted.tsx'
import { KeyValues } from './key-values.tsx'

/** The words of an event that is a message. */
export function Message({ event }: { event: Event }) {
  const message = event.entries.find((entry) => entry.type === 'message')?.data
  const text = message?.formatted ?? message?.message
  if (text === undefined || text === null) return null
  return (
    <section className="panel" aria-label="Message">
      <h2>Message</h2>
      <p className="message">
        <Untrusted text={text} />
      </p>
    </section>
  )
}

export function Tags({ event }: { event: Event }) {
  if (event.tags.length === 0) return null
  return (
    <section className="panel" aria-label="Tags">
      <h2>Tags</h2>
      <ul className="tags">
        {event.tags.map(({ key, value }) => (
          <li key={`${key} ${value}`}>
            <span>
              <Untrusted text={key} />
            </span>
            <span>
              <Untrusted text={value} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Runtime, system, app, device and whatever else the SDK described. */
export function Contexts({ event }: { event: Event }) {
  const named = Object.entries(event.contexts)
    .map(([name, values]) => [name, Object.entries(values).filter(isSaid)] as const)
    .filter(([, rows]) => rows.length > 0)
  if (named.length === 0) return null
  return (
    <section className="panel" aria-label="Contexts">
      <h2>Contexts</h2>
      {named.map(([name, rows]) => (
        <div key={name}>
          <h3 className="kv-title">
            <Untrusted text={name} />
          </h3>
          <KeyValues rows={rows.map(([key, value]) => ({ key, value }))} />
        </div>
      ))}
    </section>
  )
}

/** `type` only repeats the context's name. */
function isSaid([key, value]: [string, unknown]): boolean {
  return key !== 'type' && value !== null && value !== undefined
}

export function Extra({ event }: { event: Event }) {
  const rows = Object.entries(event.context).map(([key, value]) => ({ key, value }))
  if (rows.length === 0) return null
  return (
    <section className="panel" aria-label="Extra">
      <h2>Extra</h2>
      <KeyValues rows={rows} />
    </section>
  )
}

export function Modules({ event }: { event: Event }) {
  const rows = Object.entries(event.packages).map(([key, value]) => ({ key, value }))
  if (rows.length === 0) return null
  return (
    <Folded title="Modules" note={`${rows.length}`}>
      <KeyValues rows={rows} />
    </Folded>
  )
}

/** What was dropped or changed on the way in: nothing vanishes silently. */
export function ProcessingNotes({ event }: { event: Event }) {
  if (event.errors.length === 0) return null
  const rows = event.errors.map(({ type, name, value }) => ({
    key: name ?? type,
    value: [type.replaceAll('_', ' '), value].filter((part) => part !== null).join(': '),
  }))
  return (
    <Folded title="Processing notes" note={`${rows.length}`}>
      <KeyValues rows={rows} />
    </Folded>
  )
}

/** Why the event is in this issue: the parts that counted, in order. */
export function GroupingParts({ event }: { event: Event }) {
  const { algorithm, hash, parts } = event.grouping
  return (
    <Folded title="Why it is in this issue" note={`grouped by ${algorithm}`}>
      <KeyValues
        rows={[
          ...parts.map(({ kind, value }) => ({ key: kind.replaceAll('_', ' '), value })),
          { key: 'hash', value: hash },
        ]}
      />
    </Folded>
  )
}

function Folded({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <details>
        <summary>
          {title}
          <span className="r">{note}</span>
        </summary>
        {children}
      </details>
    </section>
  )
}
