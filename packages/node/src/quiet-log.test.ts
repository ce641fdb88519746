import { expect, test } from '@jest/globals'
import { QuietLog } from './quiet-log.ts'

test('the first line of a kind passes, then one a minute, with the number of those left out', () => {
  const lines: string[] = []
  let nowMs = 0
  const log = new QuietLog(
    (line) => lines.push(line),
    () => nowMs,
  )
  for (let n = 1; n <= 3; n++) log.write('refused', `refused ${n}`)
  log.write('silent', 'silent')
  nowMs = 60_000
  log.write('refused', 'refused 4')
  expect(lines).toEqual(['refused 1', 'silent', 'refused 4 (and 2 more)'])
})

test('any number of kinds is held in bounds', () => {
  const lines: string[] = []
  const log = new QuietLog((line) => lines.push(line))
  for (let n = 1; n <= 1000; n++) log.write(`kind ${n}`, 'line')
  expect(lines).toHaveLength(1000)
})
