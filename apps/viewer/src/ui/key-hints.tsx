import { HINTS } from '../keyboard.ts'

/** The keys of a page with their meaning: `j k move  ↵ open …`. */
export function KeyHints({ page }: { page: keyof typeof HINTS }) {
  return HINTS[page].map(([keys, meaning]) => (
    <span key={meaning}>
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}{' '}
      {meaning}
    </span>
  ))
}
