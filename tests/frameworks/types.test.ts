import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { frameworkFolder } from '../support/frameworks.ts'

const TSC = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
const STRICT = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--types', 'node']
const MODULES = ['--module', 'nodenext', '--target', 'es2022']

test("the lines of set-up agree with the frameworks' own types", async () => {
  const folder = await frameworkFolder('servers')
  const words = [TSC, '--ignoreConfig', '--noEmit', ...STRICT, ...MODULES, 'set-up.mts']
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' })
  expect(`${stdout}${stderr}`).toBe('')
})
