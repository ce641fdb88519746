import { describe, expect, test } from '@jest/globals'
import { normalize, RECEIVED } from '../../../test/normalize.ts'

describe('times', () => {
  test.each<[unknown, number]>([
    [RECEIVED - 1.5, RECEIVED - 1.5],
    [RECEIVED - 10, RECEIVED - 10],
    ['2026-11-23T11:00:00Z', RECEIVED - 3600],
    ['2026-11-23T11:00:00', RECEIVED - 3600],
    ['2026-11-23T11:00:00.123456789Z', RECEIVED - 3600 + 0.123456789],
    ['2026-11-23T12:30:00+01:30', RECEIVED - 3600],
    [String(RECEIVED - 5), RECEIVED - 5],
    [(RECEIVED - 5) * 1000, RECEIVED - 5],
    [RECEIVED + 30, RECEIVED + 30],
  ])('%j is taken', (timestamp, seconds) => {
    const event = normalize({ timestamp })
    expect(event.timestamp).toBeCloseTo(seconds, 5)
    expect(event.errors).toBeUndefined()
  })

  test.each<[unknown, string]>([
    ['1969-12-31T23:59:59Z', 'invalid_data'],
    [-1, 'invalid_data'],
    ['yesterday', 'invalid_data'],
    ['2026-02-31T00:00:00Z', 'invalid_data'],
    [1e20, 'invalid_data'],
    [{}, 'invalid_data'],
    [RECEIVED + 120, 'future_timestamp'],
    [RECEIVED - 40 * 86_400, 'past_timestamp'],
    ['9999-12-31T23:59:59Z', 'future_timestamp'],
  ])('%j is replaced by the time of receipt and noted', (timestamp, type) => {
    const event = normalize({ timestamp })
    expect(event.timestamp).toBe(RECEIVED)
    expect(event.errors?.[0]).toMatchObject({ type, name: 'timestamp' })
  })

  test('of a client whose clock is three hours late are all moved', () => {
    const late = RECEIVED - 3 * 3600
    const event = normalize(
      { timestamp: late - 2, breadcrumbs: [{ timestamp: late - 5, message: 'm' }] },
      { sentAt: late },
    )
    expect(event.timestamp).toBe(RECEIVED - 2)
    expect(event.breadcrumbs?.values[0]?.timestamp).toBe(RECEIVED - 5)
    expect(event.errors?.[0]?.type).toBe('clock_drift')
  })

  test('of a client whose clock is a little off stay', () => {
    const event = normalize({ timestamp: RECEIVED - 1000 }, { sentAt: RECEIVED - 990 })
    expect(event.timestamp).toBe(RECEIVED - 1000)
  })
})
