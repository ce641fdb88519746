import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/sdk-promises.md'), 'utf8')

const rows = [...PAGE.matchAll(/^\| (S\d\d) \|.*\| `([^`]+)`: "([^"]+)" \|$/gm)].map(
  ([, id = '', file = '', words = '']) => ({ id, file, words }),
)

test('the page of promises has a proof for each of the 24', () => {
  expect(rows.map(({ id }) => id)).toEqual(
    Array.from({ length: 24 }, (_, index) => `S${String(index + 1).padStart(2, '0')}`),
  )
})

test.each(rows)('$id is proven in $file', ({ file, words }) => {
  expect(readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'")).toContain(words)
})
