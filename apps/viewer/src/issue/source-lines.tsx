import type { ApiFrame } from '@mayday/protocol/api/events'
import { useEffect, useState } from 'react'
import { visibleText } from '../ui/visible-text.ts'
import { languageOf, plainLines, type SourcePart } from './source-parts.ts'

type Props = { frame: ApiFrame; platform: string }

/** The source around a frame's line. Shown plain at once, coloured when the highlighter has loaded. */
export function SourceLines({ frame, platform }: Props) {
  const parts = useHighlight(
    frame.context.map(([, line]) => line),
    languageOf(frame.filename ?? frame.absPath, frame.platform ?? platform),
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard
    <section className="src" tabIndex={0} aria-label={`Source of ${frame.filename ?? 'the frame'}`}>
      <div>
        {frame.context.map(([number], index) => (
          <div key={number} className={number === frame.lineNo ? 'line hit' : 'line'}>
            <i>{number}</i>
            <span>{(parts[index] ?? []).map(showPart)}</span>
          </div>
        ))}
      </div>
    </section>
  )
}

function showPart({ text, token }: SourcePart, index: number) {
  return token === undefined ? (
    visibleText(text)
  ) : (
    <span key={index} className={`tk-${token}`}>
      {visibleText(text)}
    </span>
  )
}

function useHighlight(lines: string[], language: string | undefined): SourcePart[][] {
  const source = lines.join('\n')
  const [done, setDone] = useState<{ source: string; parts: SourcePart[][] } | undefined>()
  useEffect(() => {
    if (language === undefined) return
    let current = true
    import('./highlight.ts')
      .then(({ highlightLines }) => highlightLines(source.split('\n'), language))
      .then((parts) => {
        if (current) setDone({ source, parts })
      })
      // The lines are readable without colours, so a chunk that does not load is no failure.
      .catch(() => {})
    return () => {
      current = false
    }
  }, [source, language])
  return done?.source === source ? done.parts : plainLines(lines)
}
