import { expect, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from '../test-support/run-program.ts'

const SDK = JSON.stringify(BUILT_CJS)
const DSN = 'http://0123456789abcdef0123456789abcdef@127.0.0.1:1/7'

async function limits(before: string): Promise<number[]> {
  const { stdout } = await runProgram(`${before}
    const { init, close } = require(${SDK})
    init({ dsn: '${DSN}' })
    const during = Error.stackTraceLimit
    close(0).then(() => console.log(JSON.stringify([during, Error.stackTraceLimit])))`)
  return JSON.parse(stdout)
}

test('errors keep 50 frames until the SDK is closed', async () => {
  expect(await limits('')).toEqual([50, 10])
})

test('a limit that the program has set stays', async () => {
  expect(await limits('Error.stackTraceLimit = 4')).toEqual([4, 4])
  expect(await limits('Error.stackTraceLimit = Infinity')).toEqual([null, null])
})
