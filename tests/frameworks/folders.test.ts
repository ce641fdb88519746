import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { FRAMEWORKS, frameworkFolder } from '../support/frameworks.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDERS = readdirSync(FRAMEWORKS).filter((name) =>
  existsSync(join(FRAMEWORKS, name, 'package.json')),
)

describe.each(FOLDERS)('the folder %s of frameworks', (name) => {
  const text = (file: string) => readFileSync(join(FRAMEWORKS, name, file), 'utf8')

  test('obeys the settings of the repository, such as that no install script runs', () => {
    expect(text('.npmrc')).toBe(readFileSync(join(ROOT, '.npmrc'), 'utf8'))
  })

  test('names exact versions, and a name of its own', () => {
    const wanted = JSON.parse(text('package.json'))
    expect(wanted).toMatchObject({ name: `mayday-tests-${name}`, private: true })
    for (const version of Object.values(wanted.dependencies)) {
      expect(version).toMatch(/^(npm:[^ ]+@)?\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/)
    }
  })
})

test('a folder is installed once, whoever asks for it at the same time', async () => {
  const [first, second] = await Promise.all([
    frameworkFolder('servers'),
    frameworkFolder('servers'),
  ])
  expect(first).toBe(second)
  expect(existsSync(join(first, 'node_modules/fastify-5/package.json'))).toBe(true)
  expect(existsSync(join(first, '.installing'))).toBe(false)
  await expect(frameworkFolder('absent')).rejects.toThrow(/no such file/)
})
