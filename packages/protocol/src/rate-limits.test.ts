import { describe, expect, test } from '@jest/globals'
import {
  formatRateLimits,
  formatRetryAfter,
  parseRateLimits,
  parseRetryAfter,
  type RateLimitAnswer,
  RateLimits,
} from './rate-limits.ts'

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5)

describe('parseRateLimits', () => {
  test.each([
    [
      '60::organization:usage_exceeded',
      [{ retryAfterSeconds: 60, categories: [], scope: 'organization', reason: 'usage_exceeded' }],
    ],
    [
      '60:error;security:project:burst, 3600:transaction:key',
      [
        {
          retryAfterSeconds: 60,
          categories: ['error', 'security'],
          scope: 'project',
          reason: 'burst',
        },
        { retryAfterSeconds: 3600, categories: ['transaction'], scope: 'key' },
      ],
    ],
    ['2.5:error', [{ retryAfterSeconds: 2.5, categories: ['error'] }]],
    ['60', [{ retryAfterSeconds: 60, categories: [] }]],
    [
      '60:metric_bucket:key::custom',
      [{ retryAfterSeconds: 60, categories: ['metric_bucket'], scope: 'key' }],
    ],
    ['60:not_a_category', [{ retryAfterSeconds: 60, categories: ['not_a_category'] }]],
    ['soon:error, -5:error, , 7:error', [{ retryAfterSeconds: 7, categories: ['error'] }]],
    ['99999999999:error', [{ retryAfterSeconds: 86_400, categories: ['error'] }]],
    ['', []],
  ])('reads %j', (value, limits) => {
    expect(parseRateLimits(value)).toEqual(limits)
  })
})

describe('formatRateLimits and formatRetryAfter', () => {
  const limits = [
    { retryAfterSeconds: 59.2, categories: ['error', 'default'], scope: 'key', reason: 'quota' },
    { retryAfterSeconds: 10, categories: [] },
  ]

  test('limits are joined, with whole seconds', () => {
    expect(formatRateLimits(limits)).toBe('60:error;default:key:quota, 10:::')
  })

  test('Retry-After is the longest limit', () => {
    expect(formatRetryAfter(limits)).toBe('60')
    expect(formatRetryAfter([])).toBe('0')
  })
})

describe('parseRetryAfter', () => {
  test.each([
    ['120', 120],
    [' 1.5 ', 1.5],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60],
    ['Fri, 02 Jan 2026 03:03:05 GMT', 0],
    ['Fri, 02 Jan 2099 03:03:05 GMT', 86_400],
    ['', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['Foo, bar GMT', undefined],
  ])('reads %j', (value, seconds) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(seconds)
  })
})

describe('RateLimits', () => {
  test('nothing is limited at first, nor after a good answer', () => {
    const { limits } = start()
    limits.update(answer({}))
    expect(limits.isLimited('error')).toBe(false)
    expect(limits.remainingMs('error')).toBe(0)
  })

  test('a limit holds for its categories and for its time', () => {
    const { limits, clock } = start()
    limits.update(answer({ rateLimits: '60:error;attachment:key' }))
    expect(limits.isLimited('error')).toBe(true)
    expect(limits.isLimited('attachment')).toBe(true)
    expect(limits.isLimited('session')).toBe(false)
    clock.ms += 59_999
    expect(limits.remainingMs('error')).toBe(1)
    clock.ms += 1
    expect(limits.isLimited('error')).toBe(false)
  })

  test('a limit without categories holds for all', () => {
    const { limits } = start()
    limits.update(answer({ rateLimits: '60::organization' }))
    expect(limits.remainingMs('anything')).toBe(60_000)
  })

  test('a limit on a category that nobody knows does not hold for all', () => {
    const { limits } = start()
    limits.update(answer({ rateLimits: '60:from_the_future:key' }))
    expect(limits.isLimited('error')).toBe(false)
  })

  test('the longest limit wins, whichever came first', () => {
    const { limits } = start()
    limits.update(answer({ rateLimits: '60:error, 10:error, 30::key' }))
    limits.update(answer({ rateLimits: '5:error' }))
    expect(limits.remainingMs('error')).toBe(60_000)
    expect(limits.remainingMs('session')).toBe(30_000)
  })

  test('the header counts whatever the status', () => {
    for (const status of [200, 400, 413, 429, 503]) {
      const { limits } = start()
      limits.update(answer({ status, rateLimits: '60:error' }))
      expect(limits.isLimited('error')).toBe(true)
      expect(limits.isLimited('session')).toBe(false)
    }
  })

  test.each([
    ['by Retry-After in seconds', { retryAfter: '7' }, 7_000],
    ['by Retry-After as a date', { retryAfter: 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
    ['for a minute when it does not say', {}, 60_000],
    ['for a minute when it says nonsense', { retryAfter: 'x', rateLimits: 'y' }, 60_000],
  ])('a 429 without rate limits holds for all %s', (_, headers, remainingMs) => {
    const { limits } = start()
    limits.update(answer({ status: 429, ...headers }))
    expect(limits.remainingMs('error')).toBe(remainingMs)
  })

  test('Retry-After counts with a 429 only', () => {
    const { limits } = start()
    limits.update(answer({ status: 503, retryAfter: '60' }))
    expect(limits.isLimited('error')).toBe(false)
  })
})

function start(): { limits: RateLimits; clock: { ms: number } } {
  const clock = { ms: NOW_MS }
  return { limits: new RateLimits(() => clock.ms), clock }
}

function answer(part: Partial<RateLimitAnswer>): RateLimitAnswer {
  return { status: 200, rateLimits: null, retryAfter: null, ...part }
}
