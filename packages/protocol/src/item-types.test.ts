import { expect, test } from '@jest/globals'
import { itemType } from './item-types.ts'

test.each([
  ['event', 'error', 'process'],
  ['client_report', 'internal', 'process'],
  ['transaction', 'transaction', 'ack'],
  ['raw_security', 'security', 'process'],
  ['session', 'session', 'ack'],
  ['sessions', 'session', 'ack'],
  ['attachment', 'attachment', 'process'],
  ['user_report', 'default', 'process'],
  ['check_in', 'monitor', 'process'],
  ['log', 'log_item', 'ack'],
  ['replay_recording', 'replay', 'ack'],
  ['statsd', 'metric_bucket', 'ack'],
  ['from_the_future', 'default', 'ack'],
  ['constructor', 'default', 'ack'],
  ['__proto__', 'default', 'ack'],
])('an item of type %s counts as %s: %s', (type, category, action) => {
  expect(itemType(type)).toMatchObject({ category, action })
})

test('only what is an event, or belongs to one, asks for an event id', () => {
  expect(itemType('event').needsEventId).toBe(true)
  expect(itemType('attachment').needsEventId).toBe(true)
  expect(itemType('session').needsEventId).toBe(false)
  expect(itemType('from_the_future').needsEventId).toBe(false)
})
