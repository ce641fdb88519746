import { types } from 'node:util'
import { isMainThread } from './main-thread.ts'

/** Node copies an error from a thread to its parent with its own properties, but for symbols. */
const MARK = 'maydayEventId'
const EVENT_ID = /^[0-9a-f]{32}$/

/** Tells the parent of this thread that the error, which ends the thread, is an event already. */
export function markForParent(thrown: unknown, eventId: string): void {
  if (isMainThread() || !types.isNativeError(thrown)) return
  // Not enumerable: nobody prints it. A frozen error stays as it is.
  Reflect.defineProperty(thrown, MARK, { value: eventId, configurable: true })
}

/** Id of the event that a thread has sent of this error; undefined for all others. */
export function eventIdFromWorker(thrown: object): string | undefined {
  if (types.isProxy(thrown)) return undefined
  const id: unknown = Object.getOwnPropertyDescriptor(thrown, MARK)?.value
  return typeof id === 'string' && EVENT_ID.test(id) ? id : undefined
}
