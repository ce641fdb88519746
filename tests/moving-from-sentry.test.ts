import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import * as Mayday from '@mayday/node'
import * as Sentry from 'sentry-node-11'

const page = readFileSync(join(import.meta.dirname, '../docs/moving-from-sentry.md'), 'utf8')

/** Names in backticks, of the column of a table, or of the text, under this heading. */
function namesUnder(heading: string, column?: number): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const text =
    column === undefined
      ? section
      : section
          .split('\n')
          .filter((line) => line.startsWith('|'))
          .map((line) => line.split('|')[column])
          .join('\n')
  return [...text.matchAll(/`([A-Za-z_]+)`/g)].map((match) => match[1] ?? '')
}

const exported: Record<string, unknown> = { ...Mayday }
const same = namesUnder('The same', 2)
const harmless = namesUnder('Taken, and without effect', 1)

test('every name that the page lists as there is exported here and by Sentry', () => {
  expect(same.length + harmless.length).toBeGreaterThan(40)
  for (const name of [...same, ...harmless]) {
    expect([name, typeof exported[name]]).not.toEqual([name, 'undefined'])
    expect([name, name in Sentry]).toEqual([name, true])
  }
})

/** Which frameworks have one is told on the page of the SDK. */
const isSetUp = (name: string) => /^setup[A-Z]\w+ErrorHandler$/.test(name)

test('every name that both export is on the page', () => {
  const both = Object.keys(exported).filter((name) => name in Sentry && !isSetUp(name))
  expect(both.sort()).toEqual([...same, ...harmless].filter((name) => !isSetUp(name)).sort())
})

test('what the page says is not there is not', () => {
  const missing = namesUnder('Not there')
  expect(missing.length).toBeGreaterThan(5)
  for (const name of missing) {
    expect([name, name in exported]).toEqual([name, false])
    expect([name, name in Sentry]).toEqual([name, true])
  }
})

test('calls about traces run what they are given', () => {
  const options = { name: 'x' }
  expect(Mayday.startSpan(options, (span) => span.isRecording())).toBe(false)
  expect(Mayday.startSpanManual(options, (span, finish) => finish() ?? span.end())).toBeUndefined()
  expect(Mayday.continueTrace({}, () => 1)).toBe(1)
  expect(Mayday.startNewTrace(() => 2)).toBe(2)
  expect(Mayday.suppressTracing(() => 3)).toBe(3)
  expect(Mayday.withActiveSpan(Mayday.startInactiveSpan(options), () => 4)).toBe(4)
  expect(Mayday.getActiveSpan()).toBeUndefined()
})
