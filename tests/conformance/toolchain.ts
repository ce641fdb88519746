import { spawnSync } from 'node:child_process'
import { describe, test } from '@jest/globals'

/** A suite for machines that have the program; on others it is skipped, and says why. */
export function describeWith(program: string, suite: () => void, words = ['--version']): void {
  if (spawnSync(program, words, { stdio: 'ignore' }).status === 0) {
    describe(`with ${program}`, suite)
    return
  }
  console.log(`The SDK of ${program} is not tested: ${program} is not installed here.`)
  test.skip(`needs ${program}, which is not installed`, () => {})
}
