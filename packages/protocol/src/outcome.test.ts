import { describe, expect, test } from '@jest/globals'
import { type ClientReport, parseClientReport, REASONS } from './outcome.ts'

const count = { reason: 'before_send', category: 'error', quantity: 3 } as const

describe('parseClientReport', () => {
  test('what an SDK writes is read', () => {
    const report: ClientReport = { timestamp: 1, discarded_events: [count] }
    expect(parseClientReport(report)).toEqual([{ outcome: 'client_discard', ...count }])
  })

  test('the lists of older SDKs keep their outcome', () => {
    expect(
      parseClientReport({
        rate_limited_events: [count],
        filtered_events: [count],
        filtered_sampling_events: [count],
      }).map(({ outcome }) => outcome),
    ).toEqual(['rate_limited', 'filtered', 'filtered'])
  })

  test.each([
    ['an unknown reason', { reason: 'made_up' }, { reason: 'other' }],
    ['a reason that objects inherit', { reason: 'constructor' }, { reason: 'other' }],
    ['a missing reason', { reason: null }, { reason: 'other' }],
    ['an unknown category', { category: 'made_up' }, { category: 'default' }],
    ['a huge quantity', { quantity: 1e15 }, { quantity: 2_147_483_647 }],
  ])('%s is brought to one that we know', (_, sent, read) => {
    expect(parseClientReport({ discarded_events: [{ ...count, ...sent }] })).toEqual([
      { outcome: 'client_discard', ...count, ...read },
    ])
  })

  test.each([0, -1, 1.5, '3', null])('an entry of quantity %j is skipped', (quantity) => {
    expect(parseClientReport({ discarded_events: [{ ...count, quantity }, 7, null] })).toEqual([])
  })

  test.each([[null], ['text'], [7], [[]]])('%j is no report', (report) => {
    expect(() => parseClientReport(report)).toThrow(
      expect.objectContaining({ code: 'invalid_client_report' }),
    )
  })
})

test('every reason has one sentence of its own', () => {
  const sentences = Object.values(REASONS)
  expect(new Set(sentences).size).toBe(sentences.length)
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/)
})
