import { useEffect, useRef } from 'react'

/** All keys of the viewer in one list. A page handles those it has a meaning for. */
const KEYS = {
  next: 'j',
  previous: 'k',
  older: '[',
  newer: ']',
  open: 'Enter',
  select: 'x',
  resolve: 'e',
  archive: 'a',
  find: '/',
  help: '?',
  back: 'Escape',
} as const

type Hint = [keys: string[], meaning: string]

/** What the keys do on a page, in the words that stand below it. */
export const HINTS: Record<'list' | 'issue', Hint[]> = {
  list: [
    [['j', 'k'], 'move'],
    [['↵'], 'open'],
    [['x'], 'select'],
    [['e'], 'resolve'],
    [['a'], 'archive'],
    [['/'], 'find'],
    [['?'], 'help'],
  ],
  issue: [
    [['j', '['], 'older event'],
    [['k', ']'], 'newer event'],
    [['e'], 'resolve or reopen'],
    [['a'], 'archive'],
    [['/'], 'find'],
    [['Esc'], 'back to the list'],
  ],
}

export type KeyAction = keyof typeof KEYS
export type KeyHandlers = Partial<Record<KeyAction, (event: KeyboardEvent) => void>>

const ACTION_OF_KEY = new Map<string, KeyAction>(
  (Object.keys(KEYS) as KeyAction[]).map((action) => [KEYS[action], action]),
)

/** The action a key press means, or undefined: someone is typing, or a menu has the keyboard. */
export function actionOf(event: KeyboardEvent): KeyAction | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined
  if (event.target instanceof Element && isTakenBy(event.target, event.key)) return undefined
  return ACTION_OF_KEY.get(event.key)
}

export function useKeys(handlers: KeyHandlers): void {
  const latest = useRef(handlers)
  latest.current = handlers
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const action = actionOf(event)
      const handle = action && latest.current[action]
      if (handle === undefined) return
      event.preventDefault()
      handle(event)
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

function isTakenBy(target: Element, key: string): boolean {
  if (target.closest('[role=menu], textarea, select, [contenteditable]') !== null) return true
  const input = target.closest('input')
  if (input !== null) return input.type !== 'checkbox' && input.type !== 'range'
  // Enter on a link or a button is that link or button.
  return key === 'Enter' && target.closest('a, button, summary') !== null
}
