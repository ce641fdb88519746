import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import * as Mayday from '@mayday/node'

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8')

/** Names of the options as the type has them. */
const options = [...read('packages/node/src/options.ts').matchAll(/^ {2}([a-zA-Z]+)\?:/gm)].map(
  (match) => match[1] ?? '',
)

test('the page of the SDK describes every option, and no other', () => {
  const table = read('docs/sdk.md').split('\n## Options\n')[1]?.split('\n\n```')[0] ?? ''
  const described = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-zA-Z]+)/g)])
    .map((match) => match[1])
  expect(options.length).toBeGreaterThan(25)
  expect(described.sort()).toEqual([...options].sort())
})

test('the page on npm names every option', () => {
  const readme = read('packages/node/README.md')
  expect(options.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
})

test.each(['docs/sdk.md', 'packages/node/README.md'])('every call in %s is exported', (path) => {
  const calls = [...read(path).matchAll(/\bMayday\.([a-zA-Z]+)/g)].map((match) => match[1] ?? '')
  const exported: Record<string, unknown> = { ...Mayday }
  expect(calls.length).toBeGreaterThan(8)
  expect(calls.filter((name) => typeof exported[name] !== 'function')).toEqual([])
})
