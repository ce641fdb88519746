import { useState } from 'react'

type Props = { text: string | (() => string); children: string; className?: string; label?: string }

export function CopyButton({ text, children, className = 'btn small', label }: Props) {
  const [result, setResult] = useState<'copied' | 'refused' | undefined>()
  const copy = async () => {
    const copied = await copyText(typeof text === 'string' ? text : text())
    setResult(copied ? 'copied' : 'refused')
    setTimeout(() => setResult(undefined), 1800)
  }
  return (
    <button type="button" className={className} aria-label={label} onClick={copy}>
      {result === undefined ? children : result === 'copied' ? 'Copied' : 'Not allowed'}
    </button>
  )
}

/** The clipboard interface exists on https and localhost only; elsewhere the old way still does. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'hidden-text'
    document.body.append(area)
    area.select()
    const copied = document.execCommand('copy')
    area.remove()
    return copied
  }
}
