import { describe, expect, test } from '@jest/globals'
import type { EventPayload } from '@mayday/protocol/event'
import { fingerprintOf } from './fingerprint.ts'

const event: EventPayload = {
  event_id: '0'.repeat(32),
  timestamp: 1,
  platform: 'python',
  level: 'error',
  logger: 'shop.stock',
  transaction: 'GET /orders/:id',
  environment: 'production',
  logentry: { message: 'order %s', formatted: 'order 17' },
  tags: { tenant: 'acme' },
}
const main = { type: 'KeyError', value: "'lines'" }
const frame = {
  function: 'load_order',
  module: 'shop.orders',
  package: '/usr/lib/libshop.so',
  filename: 'shop/orders.py',
  abs_path: '/srv/shop/orders.py',
}

describe('a placeholder stands for the value of the event', () => {
  test.each([
    ['{{ transaction }}', 'GET /orders/:id'],
    ['{{transaction}}', 'GET /orders/:id'],
    ['{{ message }}', 'order 17'],
    ['{{ type }}', 'KeyError'],
    ['{{ error.type }}', 'KeyError'],
    ['{{ value }}', "'lines'"],
    ['{{ error.value }}', "'lines'"],
    ['{{ function }}', 'load_order'],
    ['{{ stack.function }}', 'load_order'],
    ['{{ path }}', '/srv/shop/orders.py'],
    ['{{ stack.abs_path }}', '/srv/shop/orders.py'],
    ['{{ stack.filename }}', 'shop/orders.py'],
    ['{{ module }}', 'shop.orders'],
    ['{{ stack.module }}', 'shop.orders'],
    ['{{ package }}', 'libshop.so'],
    ['{{ stack.package }}', 'libshop.so'],
    ['{{ level }}', 'error'],
    ['{{ logger }}', 'shop.stock'],
    ['{{ tags.tenant }}', 'acme'],
    ['{{ tags.environment }}', 'production'],
    ['{{ tags.nothing }}', '<no-value-for-tag-nothing>'],
    ['{{ Type }}', '<unrecognized-variable-Type>'],
    ['{{ nonsense }}', '<unrecognized-variable-nonsense>'],
    ['database-{{ error.type }}-{{ level }}', 'database-KeyError-error'],
    ['  trimmed  ', 'trimmed'],
    ['{{ }}', '{{ }}'],
  ])('%s is %s', (value, text) => {
    expect(fingerprintOf({ ...event, fingerprint: [value] }, main, frame)).toEqual([{ text }])
  })

  test.each([
    ['transaction', '<no-transaction>'],
    ['message', '<no-message>'],
    ['type', '<no-type>'],
    ['value', '<no-value>'],
    ['function', '<no-function>'],
    ['path', '<no-abs-path>'],
    ['stack.filename', '<no-filename>'],
    ['module', '<no-module>'],
    ['package', '<no-package>'],
    ['logger', '<no-logger>'],
  ])('{{ %s }} is %s where the event has none', (name, text) => {
    const bare = { event_id: '', timestamp: 0, platform: 'node', level: 'error' } as const
    const fingerprint = [`{{ ${name} }}`]
    expect(fingerprintOf({ ...bare, fingerprint }, undefined, undefined)).toEqual([{ text }])
  })
})

describe('a fingerprint', () => {
  test.each<[string, unknown]>([
    ['that is absent', undefined],
    ['that is empty', []],
    ['of blanks', ['', '  ']],
    ['of the default alone', ['{{ default }}']],
    ['of the default twice', ['{{default}}', '{{ default }}']],
    ['that is no list', 'payment'],
    ['of objects', [{}, null, []]],
  ])('%s asks for nothing but the default', (_name, fingerprint) => {
    const asked = { ...event, fingerprint } as EventPayload
    expect(fingerprintOf(asked, main, frame)).toBeUndefined()
  })

  test('keeps its order, and the default in its place', () => {
    const fingerprint = ['payment', '{{ default }}', 17 as unknown as string]
    expect(fingerprintOf({ ...event, fingerprint }, main, frame)).toEqual([
      { text: 'payment' },
      'default',
      { text: '17' },
    ])
  })
})
