import type { Thread } from '@mayday/protocol/event'
import { boolean, lenientText, members, type Raw, text } from './fields.ts'
import type { Notes } from './notes.ts'
import { stackTrace } from './stack-trace.ts'

const MAX_THREADS = 256
const MAX_NAME_CHARS = 256

export function threads(value: unknown, notes: Notes): Thread[] {
  notes.enter('threads')
  notes.enter('values')
  const all = members(value, notes)
  if (all.length > MAX_THREADS) notes.add('value_too_long')
  const kept = all.slice(0, MAX_THREADS).map((raw, i) => {
    notes.enter(i)
    const thread = threadOf(raw, notes)
    notes.leave()
    return thread
  })
  notes.leave()
  notes.leave()
  return kept
}

function threadOf(raw: Raw, notes: Notes): Thread {
  const thread: Thread = {}
  const id = lenientText(raw, 'id', MAX_NAME_CHARS, notes)
  if (id) thread.id = id
  const name = text(raw, 'name', MAX_NAME_CHARS, notes)
  if (name) thread.name = name
  const crashed = boolean(raw, 'crashed', notes)
  if (crashed !== undefined) thread.crashed = crashed
  const current = boolean(raw, 'current', notes)
  if (current !== undefined) thread.current = current
  const trace = stackTrace(raw, 'stacktrace', notes) ?? stackTrace(raw, 'raw_stacktrace', notes)
  if (trace) thread.stacktrace = trace
  return thread
}
