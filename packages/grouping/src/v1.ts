import type { EventPayload, Exception, Frame } from '@mayday/protocol/event'
import { messageOf } from './event-message.ts'
import { chainOf, exceptionsOf } from './exceptions.ts'
import { type FrameKey, frameKey, isPartOfItsCaller } from './frame.ts'
import { isObject, textOf } from './lenient.ts'
import { parameterizeMessage } from './message.ts'
import { collapseRecursion } from './recursion.ts'
import {
  crashFrameOf,
  dependencyFrames,
  exceptionFrames,
  type Stack,
  stackOf,
  threadFrames,
} from './stack.ts'

/*
 * Version 1 of the default grouping. Once released, what it gives for an event never changes: issues
 * are found by its hashes. A better idea is version 2.
 */

/** One thing that counted, in words that can be shown. */
export type Part = { kind: PartKind; value: string }
export type PartKind =
  | 'type'
  | 'value'
  | 'thread'
  | 'module'
  | 'file'
  | 'function'
  | 'context_line'
  | 'message'
  | 'fingerprint'
  | 'checksum'
  | 'fallback'

export type DefaultGrouping = {
  parts: Part[]
  mainException: Exception | undefined
  crashFrame: Frame | undefined
}

const MAX_TYPE_CHARS = 256
const MAX_VALUE_CHARS = 8192

/** Values without a stack of their own: Go's plain errors, and what our SDK calls a thrown non-error. */
const TYPES_WITHOUT_STACK =
  /^(?:NonError|\*(?:errors\.(?:errorString|joinError|fundamental|withMessage|withStack)|fmt\.wrapErrors?))$/

/**
 * What of an event counts: the exceptions with their in-app frames; where no frame is in-app, all
 * frames and the message; where there are no frames, type and message. Without an exception the stack
 * of the crashed, current or only thread, and the message. Pure, never throws.
 */
export function groupV1(event: EventPayload): DefaultGrouping {
  const platform = textOf(event.platform, 64)
  const values = exceptionsOf(event)
  const stacks = new Map<Exception, Stack>()
  for (const value of values) stacks.set(value, stackOf(exceptionFrames(value), platform))
  const stackOfValue = (exception: Exception) => stacks.get(exception) ?? NO_STACK
  const thread = stackOf(threadFrames(event), platform)

  const owner = ownerOfFrames([...stacks.values()])
  const partsByValue = new Map<Exception, Part[]>()
  const partsOf = (exception: Exception): Part[] => {
    let parts = partsByValue.get(exception)
    if (parts === undefined) {
      parts = exceptionParts(exception, stackOfValue(exception), owner, platform)
      partsByValue.set(exception, parts)
    }
    return parts
  }
  const chain = chainOf(
    values,
    (exception) => JSON.stringify(partsOf(exception)),
    (exception) => {
      const { all, app } = stackOfValue(exception)
      return app.length > 0 ? 'app' : all.length > 0 ? 'others' : undefined
    },
  )
  let parts = isMessage(event, values) ? [] : chain.counted.flatMap(partsOf)
  if (parts.length === 0) parts = messageParts(event, thread, platform)
  const blamed = chain.main ? [chain.main, ...chain.counted.toReversed()] : []
  return {
    parts,
    mainException: chain.main,
    crashFrame: crashFrameOf([...blamed.map(stackOfValue), thread]),
  }
}

/** Whose frames count, for all exceptions of the event alike. */
type Owner = 'app' | 'dependency'
const NO_STACK: Stack = { all: [], app: [] }

function ownerOfFrames(stacks: readonly Stack[]): Owner {
  return stacks.some((stack) => stack.app.length > 0) ? 'app' : 'dependency'
}

function exceptionParts(
  exception: Exception,
  stack: Stack,
  owner: Owner,
  platform: string,
): Part[] {
  const isSynthetic = isObject(exception.mechanism) && exception.mechanism.synthetic === true
  const type = isSynthetic ? '' : typeKey(exception)
  const frames = frameKeys(stack, owner, platform)
  const parts: Part[] = [{ kind: 'type', value: type }]
  for (const frame of frames) addFrameParts(parts, frame)
  // The stack of a thrown string is that of the capture, often one place for all.
  const hasOwnStack = !isSynthetic && !TYPES_WITHOUT_STACK.test(type)
  if (owner === 'app' && hasOwnStack && frames.some(isTelling)) return parts
  // Nothing of ours says where it happened, so what happened has to: else all errors that a database
  // driver raises, or all of a minified bundle, would be one issue.
  const value = parameterizeMessage(textOf(exception.value, MAX_VALUE_CHARS))
  if (value !== '') parts.push({ kind: 'value', value })
  return type === '' && parts.length === 1 ? [] : parts
}

/** PHP puts file and line into the type of a nameless class. */
function typeKey(exception: Exception): string {
  return textOf(exception.type, MAX_TYPE_CHARS).trim().split('@anonymous', 1)[0] ?? ''
}

function frameKeys(stack: Stack, owner: Owner, platform: string): FrameKey[] {
  const keys: FrameKey[] = []
  for (const frame of owner === 'app' ? stack.app : dependencyFrames(stack, platform)) {
    if (isPartOfItsCaller(frame)) continue
    const key = frameKey(frame, platform)
    // A dependency's source is not ours to follow line by line; its next patch may reword it.
    if (owner === 'dependency') key.contextLine = ''
    if (key.at !== '' || isTelling(key)) keys.push(key)
  }
  return collapseRecursion(keys)
}

function isTelling(frame: FrameKey): boolean {
  return frame.function !== '' || frame.contextLine !== ''
}

/** The place always stands, so that each frame's beginning can be told. */
function addFrameParts(parts: Part[], frame: FrameKey): void {
  parts.push({ kind: frame.place, value: frame.at })
  if (frame.function !== '') parts.push({ kind: 'function', value: frame.function })
  if (frame.contextLine !== '') parts.push({ kind: 'context_line', value: frame.contextLine })
}

/**
 * JavaScript SDKs since version 9 send a captured message also as an exception without a type, for its
 * stack. It groups by its text, as it did before, so that an SDK's update splits no issue.
 */
function isMessage(event: EventPayload, values: readonly Exception[]): boolean {
  const only = values.length === 1 ? values[0] : undefined
  if (only === undefined || textOf(only.type, 1) !== '') return false
  const { formatted } = messageOf(event)
  return formatted !== '' && formatted === textOf(only.value, MAX_VALUE_CHARS)
}

function messageParts(event: EventPayload, thread: Stack, platform: string): Part[] {
  const frames = frameKeys(thread, ownerOfFrames([thread]), platform)
  const parts: Part[] = frames.length > 0 ? [{ kind: 'thread', value: '' }] : []
  for (const frame of frames) addFrameParts(parts, frame)
  const message = parameterizeMessage(messageOf(event).template)
  if (message !== '') parts.push({ kind: 'message', value: message })
  if (parts.length > 0) return parts
  return [{ kind: 'fallback', value: 'no exception, stack trace or message' }]
}
