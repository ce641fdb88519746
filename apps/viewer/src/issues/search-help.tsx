import { useEffect, useRef } from 'react'
import { KeyHints } from '../ui/key-hints.tsx'

const TERMS = [
  ['is:unresolved', 'also resolved, archived, new, regressed'],
  ['level:error', 'debug, info, warning, error, fatal'],
  ['environment:production', 'where the program runs'],
  ['release:2.4.1', 'events of that version'],
  ['!level:warning', 'everything but'],
  ['"connection lost"', 'words as they stand in title, culprit or route'],
] as const

export function SearchHelp({ onClose }: { onClose: () => void }) {
  const box = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close.current()
    }
    const point = (event: PointerEvent) => {
      const inside =
        event.target instanceof Node && box.current?.parentElement?.contains(event.target)
      if (!inside) close.current()
    }
    document.addEventListener('keydown', press)
    document.addEventListener('pointerdown', point)
    return () => {
      document.removeEventListener('keydown', press)
      document.removeEventListener('pointerdown', point)
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <dialog> would have to be placed by hand
    <div className="help" ref={box} role="region" aria-label="Search help">
      <h2>Search</h2>
      <dl>
        {TERMS.map(([term, meaning]) => (
          <div key={term} style={{ display: 'contents' }}>
            <dt>
              <code>{term}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h2>Keys</h2>
      <p className="hint">
        <KeyHints page="list" />
      </p>
    </div>
  )
}
