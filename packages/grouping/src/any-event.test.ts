import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { EventPayload, Frame } from '@mayday/protocol/event'
import fc from 'fast-check'
import { groupEvent } from './group-event.ts'

const FOLDER = join(import.meta.dirname, '../corpus')

const anything = fc.jsonValue({ maxDepth: 3 })
/** Mostly what belongs there, so that the paths behind it are reached; sometimes anything. */
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary, weight: 8 }, { arbitrary: anything, weight: 1 })
const text = mostly(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a/b.js', 'Error', 'load')),
)
const object = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  mostly(fc.record(fields, { requiredKeys: [] }))
const list = (items: fc.Arbitrary<unknown>) => mostly(fc.array(items, { maxLength: 4 }))

const frames = list(
  object({
    function: text,
    module: text,
    filename: text,
    abs_path: text,
    context_line: text,
    package: text,
    platform: mostly(fc.constantFrom('node', 'java', 'ruby', 'php', 'go', 'csharp')),
    in_app: mostly(fc.boolean()),
    lineno: anything,
  }),
)
const mechanism = object({
  synthetic: mostly(fc.boolean()),
  is_exception_group: mostly(fc.boolean()),
  exception_id: mostly(fc.integer({ min: -1, max: 4 })),
  parent_id: mostly(fc.integer({ min: -1, max: 4 })),
})
const anyEvent = object({
  platform: mostly(fc.constantFrom('node', 'javascript', 'python', 'constructor', '__proto__')),
  level: text,
  logger: text,
  transaction: text,
  checksum: anything,
  logentry: object({ message: text, formatted: text }),
  exception: object({
    values: list(object({ type: text, value: text, mechanism, stacktrace: object({ frames }) })),
  }),
  threads: object({
    values: list(object({ crashed: anything, current: anything, stacktrace: object({ frames }) })),
  }),
  fingerprint: list(
    mostly(fc.constantFrom('{{ default }}', '{{ type }}', '{{ path }}', '{{ tags.a }}')),
  ),
  tags: anything,
  request: object({ url: text }),
}) as fc.Arbitrary<EventPayload>

test('any event has a hash and a title, the same each time', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const before = JSON.stringify(event)
      const grouping = groupEvent(event)
      expect(grouping.hash).toMatch(/^[0-9a-f]{32}$/)
      expect(grouping.title).not.toBe('')
      expect(grouping.parts.length).toBeGreaterThan(0)
      expect(groupEvent(event)).toEqual(grouping)
      expect(JSON.stringify(event)).toBe(before)
    }),
    { numRuns: 500 },
  )
})

const corpus: EventPayload[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json') && file !== 'pairs.json')
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')).event)

test('line and column numbers never change the hash', () => {
  const numbers = fc.option(fc.integer({ min: 0, max: 2 ** 31 }), { nil: undefined })
  fc.assert(
    fc.property(fc.constantFrom(...corpus), fc.infiniteStream(numbers), (event, stream) => {
      const moved = structuredClone(event)
      for (const frame of framesOf(moved)) {
        Object.assign(frame, { lineno: stream.next().value, colno: stream.next().value })
      }
      expect(groupEvent(moved)).toMatchObject({ hash: groupEvent(event).hash })
    }),
    { numRuns: 300 },
  )
})

function framesOf(event: EventPayload): Frame[] {
  const holders = [...(event.exception?.values ?? []), ...(event.threads?.values ?? [])]
  return holders.flatMap((holder) => holder.stacktrace?.frames ?? [])
}
