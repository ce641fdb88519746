import type { Exception, Mechanism } from '@mayday/protocol/event'
import {
  MAX_CONTEXT_BYTES,
  MAX_EXCEPTION_TYPE_CHARS,
  MAX_EXCEPTION_VALUE_CHARS,
  MAX_EXCEPTIONS,
  MAX_MESSAGE_CHARS,
} from '@mayday/protocol/limits'
import { bag, trimmed } from './bag.ts'
import { boolean, integer, isRaw, lenientText, members, object, type Raw, text } from './fields.ts'
import { cut, type Notes } from './notes.ts'
import { stackTrace } from './stack-trace.ts'

const MAX_MODULE_CHARS = 256
const MAX_MECHANISM_CHARS = 128

/** Some SDKs write type and message into one string. */
const TYPE_AND_VALUE = /^((?:\w+\.){0,10}[A-Z]\w{0,100}(?:Error|Exception|Warning|Exit)):\s+(?=\S)/

/** Oldest cause first. Of a long chain the first and the last ones stay. */
export function exceptions(value: unknown, notes: Notes): Exception[] {
  notes.enter('exception')
  notes.enter('values')
  const all = members(value, notes)
  if (all.length > MAX_EXCEPTIONS) notes.add('value_too_long')
  const isKept = (i: number) =>
    i < MAX_EXCEPTIONS / 2 || i >= Math.max(MAX_EXCEPTIONS / 2, all.length - MAX_EXCEPTIONS / 2)
  const kept: Exception[] = []
  for (let i = 0; i < all.length; i++) {
    if (!isKept(i)) continue
    notes.enter(i)
    const exception = exceptionOf(all[i]!, notes)
    if (exception) kept.push(exception)
    notes.leave()
  }
  notes.leave()
  notes.leave()
  return kept
}

function exceptionOf(raw: Raw, notes: Notes): Exception | undefined {
  const exception: Exception = {}
  const type = text(raw, 'type', MAX_EXCEPTION_TYPE_CHARS, notes)
  if (type) exception.type = type
  addValue(exception, raw, notes)
  const module = text(raw, 'module', MAX_MODULE_CHARS, notes)
  if (module) exception.module = module
  const threadId = lenientText(raw, 'thread_id', MAX_MECHANISM_CHARS, notes)
  if (threadId) exception.thread_id = threadId
  const mechanism = mechanismOf(raw, notes)
  if (mechanism) exception.mechanism = mechanism
  const trace = stackTrace(raw, 'stacktrace', notes) ?? stackTrace(raw, 'raw_stacktrace', notes)
  if (trace) exception.stacktrace = trace
  if (exception.type || exception.value || exception.stacktrace) return exception
  notes.add('invalid_data', undefined, raw)
  return undefined
}

function addValue(exception: Exception, raw: Raw, notes: Notes): void {
  const value = raw.value
  if (value === undefined || value === null) return
  const written =
    typeof value === 'string'
      ? value
      : JSON.stringify(trimmed(value, 'value', MAX_EXCEPTION_VALUE_CHARS, notes))
  const split = exception.type ? null : TYPE_AND_VALUE.exec(written.slice(0, MAX_MODULE_CHARS))
  if (split) exception.type = cut(split[1]!, MAX_EXCEPTION_TYPE_CHARS)
  const message = split ? written.slice(split[0].length) : written
  if (message.length > MAX_EXCEPTION_VALUE_CHARS) notes.add('value_too_long', 'value')
  if (message) exception.value = withMark(message, MAX_EXCEPTION_VALUE_CHARS)
}

function withMark(value: string, maxChars: number): string {
  return value.length <= maxChars ? value : `${cut(value, maxChars - 1)}…`
}

function mechanismOf(parent: Raw, notes: Notes): Mechanism | undefined {
  const raw = object(parent, 'mechanism', notes)
  if (raw === undefined || Object.keys(raw).length === 0) return undefined
  notes.enter('mechanism')
  const mechanism: Mechanism = { type: text(raw, 'type', MAX_MECHANISM_CHARS, notes) || 'generic' }
  const handled = boolean(raw, 'handled', notes)
  if (handled !== undefined) mechanism.handled = handled
  const synthetic = boolean(raw, 'synthetic', notes)
  if (synthetic !== undefined) mechanism.synthetic = synthetic
  const description = text(raw, 'description', MAX_MESSAGE_CHARS, notes)
  if (description) mechanism.description = description
  const source = text(raw, 'source', MAX_MECHANISM_CHARS, notes)
  if (source) mechanism.source = source
  addGroup(mechanism, raw, notes)
  const data = bag(raw, 'data', MAX_CONTEXT_BYTES, notes)
  if (data) mechanism.data = data
  const meta = bag(raw, 'meta', MAX_CONTEXT_BYTES, notes) ?? oldMeta(raw, notes)
  if (meta) mechanism.meta = meta
  notes.leave()
  return mechanism
}

function addGroup(mechanism: Mechanism, raw: Raw, notes: Notes): void {
  const isGroup = boolean(raw, 'is_exception_group', notes)
  if (isGroup !== undefined) mechanism.is_exception_group = isGroup
  const id = integer(raw, 'exception_id', 0, notes)
  if (id !== undefined) mechanism.exception_id = id
  const parentId = integer(raw, 'parent_id', 0, notes)
  if (parentId !== undefined) mechanism.parent_id = parentId
}

/** Old native SDKs put these beside the type instead of below `meta`. */
function oldMeta(raw: Raw, notes: Notes): Raw | undefined {
  const { posix_signal: signal, mach_exception: machException } = raw
  const meta: Raw = {}
  if (isRaw(signal)) meta.signal = trimmed(signal, 'posix_signal', MAX_CONTEXT_BYTES, notes)
  if (isRaw(machException)) {
    meta.mach_exception = trimmed(machException, 'mach_exception', MAX_CONTEXT_BYTES, notes)
  }
  return Object.keys(meta).length > 0 ? meta : undefined
}
