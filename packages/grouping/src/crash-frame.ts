import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { ownerOf } from './in-app.ts'
import { isObject, objectsOf } from './lenient.ts'

/**
 * The frame to blame: the last in-app one of the main exception, else of one of its causes, else the
 * last frame there is.
 */
export function crashFrameOf(
  event: EventPayload,
  main: Exception | undefined,
  others: readonly Exception[],
  thread: readonly Frame[],
): Frame | undefined {
  const stacks = [main, ...[...others].reverse()].map(framesOf)
  stacks.push([...thread])
  for (const frames of stacks) {
    const frame = frames.findLast((candidate) => ownerOf(candidate, event.platform) === 'app')
    if (frame) return frame
  }
  return stacks.find((frames) => frames.length > 0)?.at(-1)
}

export function framesOf(exception: Exception | undefined): Frame[] {
  return isObject(exception?.stacktrace) ? objectsOf(exception.stacktrace.frames) : []
}
