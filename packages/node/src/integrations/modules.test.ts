import { expect, test } from '@jest/globals'
import { BUILT_CJS, runProgram } from '../test-support/run-program.ts'
import { startSink } from '../test-support/sink.ts'

test('events after the first tell the installed versions of direct dependencies alone', async () => {
  const sink = await startSink()
  const result = await runProgram(`
    const { mkdirSync, writeFileSync } = require('node:fs')
    const put = (path, value) => {
      mkdirSync(require('node:path').dirname(path), { recursive: true })
      writeFileSync(path, JSON.stringify(value))
    }
    const dependencies = { one: '^1.0.0', '@scope/two': '*', missing: '1', '../three': '1' }
    put('package.json', { dependencies, devDependencies: { four: '1' } })
    put('node_modules/one/package.json', { version: '1.2.3' })
    put('node_modules/@scope/two/package.json', { version: '2.0.0' })
    put('node_modules/four/package.json', { version: '4.0.0' })
    put('three/package.json', { version: '3.0.0' })
    const Mayday = require(${JSON.stringify(BUILT_CJS)})
    Mayday.init({ dsn: ${JSON.stringify(sink.dsn)} })
    const report = async () => {
      const id = Mayday.captureException(new Error('x'))
      await Mayday.flush(5000)
      return id
    }
    let last
    Mayday.addEventProcessor((event) => {
      last = event
      return event
    })
    ;(async () => {
      for (let count = 0; count < 50 && last?.modules === undefined; count++) await report()
    })()
  `)
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(sink.events()[0]?.modules).toBeUndefined()
  expect(sink.events().at(-1)?.modules).toEqual({ one: '1.2.3', '@scope/two': '2.0.0' })
  await sink.close()
})
