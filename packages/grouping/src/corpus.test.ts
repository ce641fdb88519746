import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { type Grouping, groupEvent } from './group-event.ts'

/** Set to 1, the run writes what grouping gives now into the corpus; the diff is for review. */
const UPDATE = process.env.UPDATE_CORPUS === '1'
const FOLDER = join(import.meta.dirname, '../corpus')

type Expected = Omit<Grouping, 'mainException' | 'crashFrame' | 'parts'> & { parts: string[] }
type Entry = { from: string; event: EventPayload; expected?: Expected }
type Pairs = Record<'same' | 'different', { why: string; events: string[] }[]>

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json') && file !== 'pairs.json')
  .map((file) => file.slice(0, -'.json'.length))
const pairs: Pairs = JSON.parse(readFileSync(join(FOLDER, 'pairs.json'), 'utf8'))

describe('each event of the corpus has the group that is written beside it', () => {
  test.each(names)('%s', (name) => {
    const entry = read(name)
    const actual = expectationOf(entry.event)
    if (UPDATE) write(name, { ...entry, expected: actual })
    else expect(actual).toEqual(entry.expected)
  })
})

describe('events of one problem have one hash', () => {
  test.each(pairs.same.map(({ why, events }) => [why, events] as const))('%s', (_why, events) => {
    const [first, ...others] = events
    for (const other of others) expect(partsAndHash(other)).toEqual(partsAndHash(first!))
  })
})

describe('events of different problems have different hashes', () => {
  test.each(pairs.different.map(({ why, events }) => [why, events] as const))(
    '%s',
    (_why, events) => {
      const nameByHash = new Map<string, string>()
      for (const name of events) {
        const { hash } = groupEvent(read(name).event)
        expect([name, nameByHash.get(hash)]).toEqual([name, undefined])
        nameByHash.set(hash, name)
      }
    },
  )
})

test('the corpus holds events of at least four SDKs and every named pair', () => {
  const sdks = new Set(names.map((name) => name.split('.')[0]))
  expect(sdks.size).toBeGreaterThanOrEqual(4)
  const named = [...pairs.same, ...pairs.different].flatMap(({ events }) => events)
  expect(named.filter((name) => !names.includes(name))).toEqual([])
})

function read(name: string): Entry {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
}

function write(name: string, entry: Entry): void {
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(entry, null, 1)}\n`)
}

function expectationOf(event: EventPayload): Expected {
  const { mainException: _main, crashFrame: _frame, parts, ...rest } = groupEvent(event)
  return { ...rest, parts: parts.map(({ kind, value }) => `${kind}: ${value}`) }
}

function partsAndHash(name: string): Pick<Expected, 'parts' | 'hash'> {
  const { parts, hash } = expectationOf(read(name).event)
  return { parts, hash }
}
