import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { projectKeysQuery } from '../api/projects.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Failed, Loading } from '../ui/states.tsx'
import { snippets } from './snippets.ts'

type Props = { organization: string; project: string; waits: boolean }

/** The DSN and the code to paste; while `waits`, it also says that the first event is awaited. */
export function SetUp({ organization, project, waits }: Props) {
  const keys = useQuery(projectKeysQuery(organization, project))
  if (keys.error) {
    return <Failed error={keys.error} retry={() => void keys.refetch()} what="the DSN" />
  }
  if (keys.data === undefined) return <Loading what="the DSN" />
  const dsn = keys.data.find((key) => key.isActive)?.dsn.public
  if (dsn === undefined) {
    return (
      <p className="notice">Every key of this project is switched off, so nothing can be sent.</p>
    )
  }
  return (
    <div className="setup">
      <h1>{waits ? `Send the first event to ${project}` : `Send events to ${project}`}</h1>
      <p className="dim">
        Point an SDK at the DSN below: Mayday's own, or any SDK of Sentry's with nothing but the DSN
        changed.
      </p>
      <section className="panel" aria-label="DSN">
        <h2>DSN</h2>
        <div className="dsn">
          <code>{dsn}</code>
          <CopyButton text={dsn} label="Copy the DSN">
            Copy
          </CopyButton>
        </div>
      </section>
      <Snippets dsn={dsn} />
      {waits && (
        <section className="panel waiting" aria-live="polite">
          <i aria-hidden="true" />
          <span>
            <b>Waiting for the first event.</b>{' '}
            <span className="dim">This page turns into the issue list when it arrives.</span>
          </span>
        </section>
      )}
    </div>
  )
}

function Snippets({ dsn }: { dsn: string }) {
  const [all] = useState(() => snippets(dsn))
  const [at, setAt] = useState(0)
  const current = all[at]
  if (current === undefined) return null
  return (
    <section className="panel" aria-label="Code to paste">
      <h2>
        Code to paste
        <span className="r">
          <span className="seg">
            {all.map(({ name }, index) => (
              <button
                key={name}
                type="button"
                className={index === at ? 'on' : ''}
                aria-pressed={index === at}
                onClick={() => setAt(index)}
              >
                {name}
              </button>
            ))}
          </span>
          <CopyButton text={current.code}>Copy</CopyButton>
        </span>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="code" tabIndex={0}>
        {current.code}
      </pre>
    </section>
  )
}
