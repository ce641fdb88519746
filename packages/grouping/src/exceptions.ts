import type { EventPayload, Exception } from '@mayday/protocol/event'
import { isObject, objectsOf, textOf } from './lenient.ts'

/** Retries that wrap what they caught can chain without end; the outermost ones are kept. */
export const MAX_EXCEPTIONS = 50

/** Types whose only message is that something else went wrong, if they have a cause. */
const WRAPPER_TYPES = new Set([
  'java.util.concurrent.ExecutionException',
  'ExecutionException',
  'CompletionException',
  'InvocationTargetException',
  'UndeclaredThrowableException',
  'NestedServletException',
  'TargetInvocationException',
  'AggregateException',
])

/** The exceptions that decide the group, oldest cause first, and the one that names the event. */
export type ExceptionChain = { counted: Exception[]; main: Exception | undefined }

export type ThrownIn = 'app' | 'others' | undefined

export function exceptionsOf(event: EventPayload): Exception[] {
  if (!isObject(event.exception)) return []
  return objectsOf(event.exception.values).slice(-MAX_EXCEPTIONS)
}

/**
 * Chooses the exceptions of an event that count.
 *
 * A chain counts whole, without wrappers. Of an exception group (AggregateError, Python's
 * ExceptionGroup) the distinct members count: one kind, however often, is treated as if it had been
 * thrown alone; several kinds count once each, with the group around them.
 *
 * `keyOf` tells equal exceptions; `thrownIn` says whose code an exception passed through, undefined
 * when it has no frames.
 */
export function chainOf(
  values: readonly Exception[],
  keyOf: (exception: Exception) => string,
  thrownIn: (exception: Exception) => ThrownIn,
): ExceptionChain {
  const members = groupMembers(values)
  if (members === undefined) return plainChain(values, keyOf, thrownIn)
  const kinds = new Map<string, Exception>()
  for (const top of members.tops) {
    const key = keyOf(top)
    if (!kinds.has(key)) kinds.set(key, top)
  }
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, top]) => top)
  const only = sorted[0]
  if (only && sorted.length === 1) return plainChain(members.firstPath(only), keyOf, thrownIn)
  return { counted: [...sorted, members.root], main: members.root }
}

function plainChain(
  values: readonly Exception[],
  keyOf: (exception: Exception) => string,
  thrownIn: (exception: Exception) => ThrownIn,
): ExceptionChain {
  const counted: Exception[] = []
  let lastKey: string | undefined
  let oursBelow = false
  for (const exception of values) {
    // A framework that wraps what our code threw adds nothing, and may not always be there.
    const owner = thrownIn(exception)
    const isAround = isWrapper(exception) || (oursBelow && owner === 'others')
    if (counted.length > 0 && isAround) continue
    oursBelow ||= owner === 'app'
    const key = values.length === 1 ? '' : keyOf(exception)
    if (key === lastKey) counted.pop()
    counted.push(exception)
    lastKey = key
  }
  return { counted, main: counted.at(-1) }
}

function isWrapper(exception: Exception): boolean {
  return WRAPPER_TYPES.has(textOf(exception.type, 256))
}

type GroupMembers = {
  root: Exception
  tops: Exception[]
  /** The exception and its causes, by the first child of each, oldest cause first. */
  firstPath(exception: Exception): Exception[]
}

/** Undefined when there is no exception group, or its ids do not make one tree. */
function groupMembers(values: readonly Exception[]): GroupMembers | undefined {
  if (!values.some(isGroup)) return undefined
  const byId = new Map<number, Exception>()
  const childrenOf = new Map<number, Exception[]>()
  for (const exception of values) {
    const id = idOf(exception)
    if (id === undefined || byId.has(id)) return undefined
    byId.set(id, exception)
    if (id === 0) continue
    const parent = isObject(exception.mechanism) ? exception.mechanism.parent_id : undefined
    // A parent has the smaller id in every SDK; it also keeps the tree free of rings.
    if (!Number.isInteger(parent) || parent! >= id) return undefined
    childrenOf.set(parent!, [...(childrenOf.get(parent!) ?? []), exception])
  }
  const root = byId.get(0)
  if (root === undefined || [...childrenOf.keys()].some((id) => !byId.has(id))) return undefined
  // Sorted by id, because SDKs list children in either order.
  const children = (exception: Exception): Exception[] =>
    (childrenOf.get(idOf(exception)!) ?? []).toSorted((a, b) => idOf(a)! - idOf(b)!)
  const topsOf = (exception: Exception): Exception[] => {
    const below = isGroup(exception) ? children(exception) : []
    return below.length === 0 ? [exception] : below.flatMap(topsOf)
  }
  const firstPath = (exception: Exception): Exception[] => {
    const first = children(exception)[0]
    return first ? [...firstPath(first), exception] : [exception]
  }
  return { root, tops: topsOf(root), firstPath }
}

function isGroup(exception: Exception): boolean {
  return isObject(exception.mechanism) && exception.mechanism.is_exception_group === true
}

function idOf(exception: Exception): number | undefined {
  const id = isObject(exception.mechanism) ? exception.mechanism.exception_id : undefined
  return Number.isInteger(id) && id! >= 0 ? id : undefined
}
