import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { findRelease } from './release.ts'

const COMMIT = 'c0ffee'.padEnd(40, '0')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mayday-release-'))
  mkdirSync(join(folder, '.git/refs/heads'), { recursive: true })
  mkdirSync(join(folder, 'deep/er'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (path: string, text: string) => writeFileSync(join(folder, path), text)
const find = () => findRelease({}, () => join(folder, 'deep/er'))

test('the environment goes before the checkout', () => {
  write('.git/HEAD', COMMIT)
  expect(findRelease({ GITHUB_SHA: 'b' }, () => folder)).toBe('b')
  expect(findRelease({ GITHUB_SHA: 'b', MAYDAY_RELEASE: 'a' }, () => folder)).toBe('a')
})

test('a detached HEAD is the commit', () => {
  write('.git/HEAD', `${COMMIT}\n`)
  expect(find()).toBe(COMMIT)
})

test('a branch is followed, loose or packed', () => {
  write('.git/HEAD', 'ref: refs/heads/main\n')
  write('.git/packed-refs', `# pack-refs\n${COMMIT} refs/heads/main\n`)
  expect(find()).toBe(COMMIT)
  write('.git/refs/heads/main', 'a'.repeat(40))
  expect(find()).toBe('a'.repeat(40))
})

test('a checkout without a commit, or none at all, is no error', () => {
  write('.git/HEAD', 'ref: refs/heads/main\n')
  expect(find()).toBeUndefined()
  expect(
    findRelease({}, () => {
      throw new Error('the folder is gone')
    }),
  ).toBeUndefined()
})
