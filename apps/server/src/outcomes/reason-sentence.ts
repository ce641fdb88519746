import { CLIENT_REASONS, REASONS, type Reason } from '@mayday/protocol/outcome'

/** Why an item ended so, as its owner reads it. */
export function reasonSentence(reason: string): string {
  if (reason === '') return 'It arrived and was kept.'
  const isKnown = Object.hasOwn(REASONS, reason)
  return isKnown ? REASONS[reason as Reason] : 'Another version of Mayday knew this reason.'
}

/** Who dropped the item. */
export function droppedBy(reason: string): 'server' | 'sdk' {
  return Object.hasOwn(CLIENT_REASONS, reason) ? 'sdk' : 'server'
}
