import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { isInApp, ownerOf } from './in-app.ts'
import { isObject, objectsOf } from './lenient.ts'

const MAX_FRAMES = 250

/** The frames of an exception or thread, oldest call first, and those of the user's own code. */
export type Stack = { all: Frame[]; app: Frame[] }

export function stackOf(frames: Frame[], platform: string): Stack {
  const all = frames.length > MAX_FRAMES ? frames.slice(-MAX_FRAMES) : frames
  return { all, app: all.filter((frame) => isInApp(frame, platform)) }
}

/** The frames of other people's packages; not those of the language, which change with its versions. */
export function dependencyFrames(stack: Stack, platform: string): Frame[] {
  return stack.all.filter((frame) => ownerOf(frame, platform) === 'dependency')
}

export function exceptionFrames(exception: Exception): Frame[] {
  return isObject(exception.stacktrace) ? objectsOf(exception.stacktrace.frames) : []
}

/** The frames of the one crashed thread, else of the one current, else of the only one. */
export function threadFrames(event: EventPayload): Frame[] {
  if (!isObject(event.threads)) return []
  const threads = objectsOf(event.threads.values)
  const crashed = threads.filter((thread) => thread.crashed === true)
  const current = threads.filter((thread) => thread.current === true)
  const chosen = [crashed, current, threads].find((some) => some.length === 1)?.[0]
  return chosen && isObject(chosen.stacktrace) ? objectsOf(chosen.stacktrace.frames) : []
}

/**
 * The frame to blame: the last in-app one of the first stack that has one, else the last frame of the
 * first stack that has any.
 */
export function crashFrameOf(stacks: readonly Stack[]): Frame | undefined {
  for (const stack of stacks) {
    const frame = stack.app.at(-1)
    if (frame) return frame
  }
  return stacks.find((stack) => stack.all.length > 0)?.all.at(-1)
}
