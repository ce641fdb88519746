import { useEffect, useRef } from 'react'

/** All keys of the viewer in one list. A page handles those it has a meaning for. */
export const KEYS = {
  next: { keys: ['j'], list: 'next issue', issue: 'older event' },
  previous: { keys: ['k'], list: 'previous issue', issue: 'newer event' },
  open: { keys: ['Enter'], list: 'open' },
  select: { keys: ['x'], list: 'select' },
  resolve: { keys: ['e'], list: 'resolve', issue: 'resolve or reopen' },
  archive: { keys: ['a'], list: 'archive', issue: 'archive' },
  older: { keys: ['['], issue: 'older event' },
  newer: { keys: [']'], issue: 'newer event' },
  find: { keys: ['/'], list: 'find', issue: 'find' },
  help: { keys: ['?'], list: 'search help' },
  back: { keys: ['Escape'], issue: 'back to the list' },
} as const

export type KeyAction = keyof typeof KEYS
export type KeyHandlers = Partial<Record<KeyAction, (event: KeyboardEvent) => void>>

const ACTION_OF_KEY = new Map<string, KeyAction>(
  (Object.keys(KEYS) as KeyAction[]).flatMap((action) =>
    KEYS[action].keys.map((key) => [key, action] as const),
  ),
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
