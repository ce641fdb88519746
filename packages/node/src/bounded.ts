import { types } from 'node:util'

/** JSON that was copied out of the app's objects, so nothing in it can throw, call back or change. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export type Bounds = {
  maxDepth: number
  /** Entries of one object or list. */
  maxBreadth: number
  /** Values in all. */
  maxValues: number
  maxStringChars: number
}

export const EXTRA_BOUNDS: Bounds = {
  maxDepth: 5,
  maxBreadth: 100,
  maxValues: 2000,
  maxStringChars: 8192,
}

/** V8 builds a concatenated string when it is first cut; from here on that takes milliseconds. */
const MAX_CUT_CHARS = 1_000_000

/**
 * Copies any value as JSON within bounds. Runs no code of the app: getters, `toJSON`, `toString`
 * and proxy traps are not called but named (`[Getter]`, `[Proxy]`). Never throws.
 */
export function toJson(value: unknown, bounds: Bounds = EXTRA_BOUNDS): Json {
  return copy(value, { ...bounds, left: bounds.maxValues, path: [] }, bounds.maxDepth)
}

/** The beginning of a string, marked when something was cut. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  if (text.length > MAX_CUT_CHARS) return `[String of ${text.length} characters]`
  return `${text.slice(0, maxChars - 1)}…`
}

type State = Bounds & { left: number; path: object[] }

function copy(value: unknown, state: State, depth: number): Json {
  state.left--
  switch (typeof value) {
    case 'string':
      return cut(value, state.maxStringChars)
    case 'number':
      return Number.isFinite(value) ? value : String(value)
    case 'boolean':
      return value
    case 'bigint':
      // Writing out a long one takes time with the square of its length.
      return BigInt.asIntN(128, value) === value ? `${value}n` : '[BigInt]'
    case 'undefined':
      return '[undefined]'
    case 'symbol':
      return cut(`[${String(value)}]`, 100)
    case 'function':
      return '[Function]'
  }
  if (typeof value !== 'object' || value === null) return null
  try {
    return copyObject(value, state, depth)
  } catch {
    // Frozen realms, exotic host objects: whatever refuses to be looked at is shown as that.
    return '[Unreadable]'
  }
}

function copyObject(value: object, state: State, depth: number): Json {
  if (types.isProxy(value)) return '[Proxy]'
  if (state.path.includes(value)) return '[Circular]'
  const special = copySpecial(value, state)
  if (special !== undefined) return special
  if (depth <= 0) return Array.isArray(value) ? '[Array]' : '[Object]'
  state.path.push(value)
  try {
    if (Array.isArray(value)) return copyList(value, state, depth)
    if (types.isMap(value)) return copyEntries(Map.prototype.entries.call(value), state, depth)
    if (types.isSet(value)) return copyIterated(Set.prototype.values.call(value), state, depth)
    return copyProperties(value, state, depth)
  } finally {
    state.path.pop()
  }
}

function copySpecial(value: object, state: State): Json | undefined {
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value)
    return Number.isNaN(time) ? '[Invalid Date]' : new Date(time).toISOString()
  }
  if (types.isRegExp(value)) return cut(RegExp.prototype.toString.call(value), 200)
  if (types.isPromise(value)) return '[Promise]'
  if (types.isBoxedPrimitive(value)) return '[Boxed primitive]'
  if (value instanceof URL) return cut(value.href, state.maxStringChars)
  if (ArrayBuffer.isView(value)) return `[Binary data, ${value.byteLength} bytes]`
  if (types.isAnyArrayBuffer(value)) return `[Binary data, ${value.byteLength} bytes]`
  if (types.isNativeError(value)) return errorText(value, state)
  return undefined
}

function errorText(error: Error, state: State): Json {
  const name = ownOrInherited(error, 'name')
  const message = ownOrInherited(error, 'message')
  return cut(`${name || 'Error'}: ${message}`, state.maxStringChars)
}

/** A string property as data, wherever it is on the chain; getters are not called. */
function ownOrInherited(value: object, key: string): string {
  for (let at: object | null = value; at !== null && !types.isProxy(at); ) {
    const property = Object.getOwnPropertyDescriptor(at, key)
    if (property) return typeof property.value === 'string' ? cut(property.value, 1000) : ''
    at = Object.getPrototypeOf(at)
  }
  return ''
}

function copyList(list: unknown[], state: State, depth: number): Json {
  const result: Json[] = []
  for (let index = 0; index < list.length; index++) {
    if (index >= state.maxBreadth || state.left <= 0) {
      result.push(`[${list.length - index} more]`)
      break
    }
    const property = Object.getOwnPropertyDescriptor(list, index)
    result.push(
      property && !('value' in property) ? '[Getter]' : copy(property?.value, state, depth - 1),
    )
  }
  return result
}

function copyProperties(value: object, state: State, depth: number): Json {
  const result: { [key: string]: Json } = {}
  let count = 0
  for (const key in value) {
    const property = Object.getOwnPropertyDescriptor(value, key)
    if (property === undefined) continue
    if (count++ >= state.maxBreadth || state.left <= 0) {
      put(result, '…', '[more]')
      break
    }
    put(result, key, 'value' in property ? copy(property.value, state, depth - 1) : '[Getter]')
  }
  return result
}

function copyEntries(entries: Iterable<[unknown, unknown]>, state: State, depth: number): Json {
  const result: { [key: string]: Json } = {}
  let count = 0
  for (const [key, value] of entries) {
    if (count++ >= state.maxBreadth || state.left <= 0) {
      put(result, '…', '[more]')
      break
    }
    const name = typeof key === 'string' ? key : String(copy(key, state, 0))
    put(result, name, copy(value, state, depth - 1))
  }
  return result
}

function copyIterated(values: Iterable<unknown>, state: State, depth: number): Json {
  const result: Json[] = []
  for (const value of values) {
    if (result.length >= state.maxBreadth || state.left <= 0) {
      result.push('[more]')
      break
    }
    result.push(copy(value, state, depth - 1))
  }
  return result
}

/** `__proto__` as a key must become a property like any other. */
function put(target: { [key: string]: Json }, key: string, value: Json): void {
  const property = { value, enumerable: true, writable: true, configurable: true }
  Object.defineProperty(target, cut(key, 200), property)
}
