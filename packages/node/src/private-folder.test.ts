import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { parseDsn } from '@mayday/protocol/dsn'
import { privateFolder } from './private-folder.ts'

const KEY = '0123456789abcdef0123456789abcdef'
const dsn = parseDsn(`https://${KEY}@mayday.example/1`)

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'mayday-private-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

test('the folder is made for its user alone, and found again', () => {
  const path = privateFolder(dsn, join(base, 'not', 'yet')) as string
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(privateFolder(dsn, join(base, 'not', 'yet'), false)).toBe(path)
})

test('each DSN has a folder of its own, which tells neither key nor host', () => {
  const other = parseDsn(`https://${KEY}@mayday.example/2`)
  const path = privateFolder(dsn, base) as string
  expect(privateFolder(other, base)).not.toBe(path)
  expect(basename(path)).not.toMatch(/example|0123456789abcdef/)
})

test('only looking for it makes nothing', () => {
  expect(privateFolder(dsn, join(base, 'none'), false)).toBeUndefined()
  expect(privateFolder(dsn, false)).toBeUndefined()
  expect(() => statSync(join(base, 'none'))).toThrow()
})

test('a link or a file of its name is not used', () => {
  const path = privateFolder(dsn, base) as string
  rmSync(path, { recursive: true })
  mkdirSync(join(base, 'elsewhere'))
  symlinkSync(join(base, 'elsewhere'), path)
  expect(privateFolder(dsn, base)).toBeUndefined()
  rmSync(path)
  writeFileSync(path, '')
  expect(privateFolder(dsn, base)).toBeUndefined()
})

test('a folder that others may look into is closed to them', () => {
  const path = privateFolder(dsn, base) as string
  chmodSync(path, 0o755)
  expect(privateFolder(dsn, base)).toBe(path)
  expect(statSync(path).mode & 0o777).toBe(0o700)
})

if (process.getuid?.() === 0) {
  test("a folder of another user's is not used", () => {
    const path = privateFolder(dsn, base) as string
    chownSync(path, 12345, 12345)
    expect(privateFolder(dsn, base)).toBeUndefined()
  })
} else {
  process.stderr.write('private-folder: giving a folder to another user needs root; not tested\n')
}

test('where nothing can be written there is no folder, and nothing is thrown', () => {
  const file = join(base, 'file')
  writeFileSync(file, '')
  expect(privateFolder(dsn, join(file, 'below'))).toBeUndefined()
  expect(privateFolder(dsn, 'a\0b')).toBeUndefined()
})
