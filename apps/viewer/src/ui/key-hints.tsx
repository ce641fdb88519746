import { KEYS } from '../keyboard.ts'

const KEY_SIGNS: Record<string, string> = { Enter: '↵', Escape: 'Esc' }

/** The keys of a page with their meaning: `j next issue  k previous issue …`. */
export function KeyHints({ page }: { page: 'list' | 'issue' }) {
  return Object.values(KEYS).map((entry) => {
    const meaning = (entry as Partial<Record<'list' | 'issue', string>>)[page]
    if (meaning === undefined) return null
    return (
      <span key={entry.keys[0]}>
        <kbd>{KEY_SIGNS[entry.keys[0]] ?? entry.keys[0]}</kbd> {meaning}
      </span>
    )
  })
}
