import { describe, expect, test } from '@jest/globals'
import { stallBetween, type Turn } from './stall.ts'

const before: Turn = { atMs: 1000, wallMs: 50_000, cpuMs: 100 }
const after = (ms: number, cpuMs: number, wallMs = ms): Turn => ({
  atMs: 1000 + ms,
  wallMs: 50_000 + wallMs,
  cpuMs: 100 + cpuMs,
})

describe('stallBetween', () => {
  test.each<[string, Turn]>([
    ['on time', after(500, 1)],
    ['less than a second late', after(1499, 900)],
    ['a machine that slept', after(3000, 0, 60_000)],
  ])('%s is no stall', (_, turn) => {
    expect(stallBetween(before, turn)).toBeUndefined()
  })

  test.each<[string, Turn, boolean]>([
    ['with the CPU in use', after(2500, 2400), true],
    ['waiting', after(2500, 10), false],
    ['with the clock put back meanwhile', after(2500, 10, -3_600_000), false],
  ])('two seconds %s', (_, turn, isBusy) => {
    expect(stallBetween(before, turn)).toMatchObject({ durationMs: 2000, beganAtMs: 1500, isBusy })
  })
})
