import { safeHref, visibleText } from './visible-text.ts'

/** Text that anyone who holds a DSN may have written: shown isolated, never interpreted. */
export function Untrusted({ text }: { text: string }) {
  return <bdi>{visibleText(text)}</bdi>
}

export function UntrustedLink({ text }: { text: string }) {
  const href = safeHref(text)
  if (href === undefined) return <Untrusted text={text} />
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="outside">
      <Untrusted text={text} />
    </a>
  )
}
