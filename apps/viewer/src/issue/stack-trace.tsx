import type { ApiException, ApiStackTrace, Event } from '@mayday/protocol/api/events'
import { useState } from 'react'
import { CopyButton } from '../ui/copy-button.tsx'
import { Untrusted } from '../ui/untrusted.tsx'
import { visibleText } from '../ui/visible-text.ts'
import { FrameList } from './frames.tsx'
import { rawStackTrace } from './raw-stack-trace.ts'
import './stack-trace.css'

type Mode = 'app' | 'all' | 'raw'

/** The exceptions of an event, the one that was thrown first, then what caused it. */
export function StackTrace({ event }: { event: Event }) {
  const exceptions = exceptionsOf(event)
  const frameCount = exceptions.reduce(
    (n, { stacktrace }) => n + (stacktrace?.frames.length ?? 0),
    0,
  )
  const [mode, setMode] = useState<Mode>('app')
  const raw = () => rawStackTrace(exceptions)
  if (exceptions.length === 0) return null
  const modes: [Mode, string][] = [
    ['app', 'App frames'],
    ['all', `All ${frameCount}`],
    ['raw', 'Raw'],
  ]
  return (
    <section className="panel" aria-label="Stack trace">
      <h2>
        Stack trace
        <span className="r">
          {mode === 'raw' && <CopyButton text={raw}>Copy</CopyButton>}
          <span className="seg">
            {modes.map(([key, label]) => (
              <button
                key={key}
                type="button"
                className={mode === key ? 'on' : ''}
                aria-pressed={mode === key}
                onClick={() => setMode(key)}
              >
                {label}
              </button>
            ))}
          </span>
        </span>
      </h2>
      {mode === 'raw' ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className="code raw" tabIndex={0}>
          {visibleText(raw())}
        </pre>
      ) : (
        exceptions.map((exception, index) => (
          <ExceptionPart
            // biome-ignore lint/suspicious/noArrayIndexKey: a chain never changes its order
            key={index}
            exception={exception}
            platform={event.platform}
            first={index === 0}
            alone={exceptions.length === 1}
            folds={mode === 'app'}
          />
        ))
      )}
    </section>
  )
}

type PartProps = {
  exception: ApiException
  platform: string
  first: boolean
  alone: boolean
  folds: boolean
}

function ExceptionPart({ exception, platform, first, alone, folds }: PartProps) {
  const frames = exception.stacktrace?.frames ?? []
  return (
    <div className="exception">
      {!alone && (
        <div className="exc">
          {!first && <span className="dim">caused by </span>}
          <b>
            <Untrusted text={exception.type ?? 'Error'} />
          </b>{' '}
          <span className="dim">
            <Untrusted text={exception.value ?? ''} />
          </span>
          {typeof exception.mechanism?.type === 'string' && (
            <span className="chip">
              <Untrusted text={exception.mechanism.type} />
            </span>
          )}
        </div>
      )}
      {frames.length === 0 ? (
        <p className="notice">The SDK sent no stack trace with this exception.</p>
      ) : (
        <FrameList frames={frames} platform={platform} opensFirst={first} folds={folds} />
      )}
    </div>
  )
}

/** The thrown exception first. An event without exceptions may carry the stack of a thread instead. */
function exceptionsOf(event: Event): ApiException[] {
  const chain = event.entries.find((entry) => entry.type === 'exception')?.data.values ?? []
  if (chain.some((exception) => exception.stacktrace !== null)) return chain.toReversed()
  const threads = event.entries.find((entry) => entry.type === 'threads')?.data.values ?? []
  const thread = threads.find((one) => one.crashed) ?? threads.find((one) => one.current)
  const stacktrace = (thread ?? threads[0])?.stacktrace ?? null
  const [thrown, ...causes] = chain.toReversed()
  if (thrown !== undefined) return [{ ...thrown, stacktrace }, ...causes]
  return stacktrace === null ? [] : [ofThread(stacktrace)]
}

function ofThread(stacktrace: ApiStackTrace): ApiException {
  const nothing = { type: null, value: null, module: null, threadId: null, mechanism: null }
  return { ...nothing, stacktrace, rawStacktrace: null }
}
