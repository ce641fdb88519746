import { types } from 'node:util'
import type { Exception } from '@mayday/protocol/event'
import { type Bounds, cut, type Json, toJson } from './bounded.ts'
import { parseStack } from './stack.ts'

/** How a value came to be captured. */
export type Capture = { type: string; handled: boolean }

const MAX_EXCEPTIONS = 20
const MAX_TYPE_CHARS = 128
const MAX_VALUE_CHARS = 8192
const PROPERTY_BOUNDS: Bounds = {
  maxDepth: 3,
  maxBreadth: 30,
  maxValues: 100,
  maxStringChars: 1024,
}
const PREVIEW_BOUNDS: Bounds = { maxDepth: 2, maxBreadth: 20, maxValues: 60, maxStringChars: 300 }

/** Are told elsewhere in the exception. */
const TOLD_PROPERTIES = new Set(['name', 'message', 'stack', 'cause', 'errors'])

/**
 * The chain of exceptions of anything that was thrown, root cause first and the thrown one last, at
 * most 20. Causes and the errors of an AggregateError form a tree by `exception_id` and `parent_id`.
 * Never throws, whatever the value does when it is looked at.
 *
 * @param site stack text of where it was captured, for values that have no stack of their own
 */
export function exceptionsFrom(thrown: unknown, capture: Capture, site?: string): Exception[] {
  const found: Exception[] = []
  const seen = new Set<unknown>()
  visit({ value: thrown, source: undefined, parentId: undefined })
  return found.reverse()

  function visit({ value, source, parentId }: Link): void {
    if (found.length >= MAX_EXCEPTIONS || (isObject(value) && seen.has(value))) return
    seen.add(value)
    const id = found.length
    const links = linksOf(value, id)
    const isGroup = links.some((link) => link.source !== 'cause')
    const isTree = parentId !== undefined || links.length > 0
    // Read once: it may be a getter, or be what V8 has to write out now.
    const stack = read(value, 'stack')
    // Errors of other realms, and DOMException, are no native errors.
    const isErrorValue = types.isNativeError(value) || typeof stack === 'string'
    const data = isErrorValue ? ownProperties(value as object) : undefined
    const isRoot = source === undefined
    found.push({
      ...(isErrorValue
        ? describe(value, stack)
        : describeNonError(value, stack, isRoot ? site : undefined)),
      mechanism: {
        type: isRoot ? capture.type : 'chained',
        handled: capture.handled,
        ...(isRoot ? {} : { source }),
        ...(isGroup ? { is_exception_group: true } : {}),
        ...(isTree ? { exception_id: id } : {}),
        ...(parentId === undefined ? {} : { parent_id: parentId }),
        ...(data === undefined ? {} : { data }),
      },
    })
    for (const link of links) visit(link)
  }
}

type Link = { value: unknown; source: string | undefined; parentId: number | undefined }

function linksOf(value: unknown, id: number): Link[] {
  const cause = read(value, 'cause')
  const children = childrenOf(read(value, 'errors'))
  return [
    ...children.map((value, index) => ({ value, source: `errors[${index}]`, parentId: id })),
    ...(cause === undefined || cause === null
      ? []
      : [{ value: cause, source: 'cause', parentId: id }]),
  ]
}

/** The list of an AggregateError; libraries also put texts, or objects that are no errors, there. */
function childrenOf(errors: unknown): unknown[] {
  if (!Array.isArray(errors) || types.isProxy(errors)) return []
  const length = Math.min(errors.length, MAX_EXCEPTIONS)
  return Array.from({ length }, (_, index) => read(errors, String(index))).filter(isObject)
}

function describe(value: unknown, stackText: unknown): Exception {
  const message = textOf(read(value, 'message'))
  const frames = parseStack(stackText, message)
  return {
    type: cut(typeName(value), MAX_TYPE_CHARS),
    value: cut(message, MAX_VALUE_CHARS),
    ...(frames.length > 0 ? { stacktrace: { frames } } : {}),
  }
}

/** `throw 'text'`, `Promise.reject()` and the like. */
function describeNonError(value: unknown, stackText: unknown, site: string | undefined): Exception {
  const frames = site === undefined ? [] : parseStack(site, '')
  const message = read(value, 'message')
  const isErrorLike = typeof message === 'string' && message !== ''
  const stack = isErrorLike ? parseStack(stackText, message) : []
  return {
    type: isErrorLike ? cut(typeName(value), MAX_TYPE_CHARS) : 'NonError',
    value: isErrorLike ? cut(message, MAX_VALUE_CHARS) : previewOf(value),
    ...(stack.length > 0 ? { stacktrace: { frames: stack } } : {}),
    ...(stack.length === 0 && frames.length > 0 ? { stacktrace: { frames } } : {}),
  }
}

function previewOf(value: unknown): string {
  if (typeof value === 'string') return cut(value, MAX_VALUE_CHARS)
  const json = toJson(value, PREVIEW_BOUNDS)
  return cut(typeof json === 'string' ? json : JSON.stringify(json), MAX_VALUE_CHARS)
}

/** An error's `name`, or its class where it has only inherited `Error` as name. */
function typeName(error: unknown): string {
  const name = read(error, 'name')
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name
  const className = read(read(error, 'constructor'), 'name')
  if (typeof className === 'string' && className !== '' && className !== 'Object') return className
  return typeof name === 'string' && name !== '' ? name : 'Error'
}

/** Properties such as `code`, `errno` and `status` often tell more than the message. */
function ownProperties(error: object): Record<string, Json> | undefined {
  const copy = toJson({ ...ownData(error) }, PROPERTY_BOUNDS)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) return undefined
  return Object.keys(copy).length > 0 ? copy : undefined
}

function ownData(error: object): Record<string, unknown> {
  const data: Record<string, unknown> = {}
  let count = 0
  for (const key in error) {
    if (count >= PROPERTY_BOUNDS.maxBreadth) break
    const property = Object.getOwnPropertyDescriptor(error, key)
    if (property === undefined || TOLD_PROPERTIES.has(key)) continue
    // `pg`, for one, sets many that say nothing.
    if (property.value === undefined || typeof property.value === 'function') continue
    data[key] = property.value
    count++
  }
  return data
}

/** Reads a property of what may be anything, getters included, once and without throwing. */
function read(value: unknown, key: string): unknown {
  if (!isObject(value) || types.isProxy(value)) return undefined
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    // A getter of the app's that throws: the rest of the error still tells something.
    return undefined
  }
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message
  return message === undefined ? '' : previewOf(message)
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
