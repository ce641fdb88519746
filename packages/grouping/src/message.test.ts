import { describe, expect, test } from '@jest/globals'
import { MAX_MESSAGE_CHARS, parameterizeMessage } from './message.ts'

describe('parameterizeMessage', () => {
  test.each([
    ['Order 17 not found', 'Order <int> not found'],
    ['Order #17 not found.', 'Order #<int> not found.'],
    ['order-17 and order17', 'order-<int> and order<int>'],
    ['took 1532 ms', 'took <int> ms'],
    ['took 1532ms, then 1.5s', 'took <duration>, then <duration>'],
    ['ratio 0.25, change -3.5%', 'ratio <float>, change <float>'],
    ['mail to ada@shop.example failed', 'mail to <email> failed'],
    ['GET https://api.shop.example/v1/orders/17?x=1 failed', 'GET <url> failed'],
    ['postgres://user:pw@db.internal:5432/shop refused', '<url> refused'],
    ['getaddrinfo ENOTFOUND db.shop.internal', 'getaddrinfo ENOTFOUND <hostname>'],
    ['batch 5f2b1c9e-7d40-4c1b-9a53-0d6c2f3f9a11 failed', 'batch <uuid> failed'],
    ['batch 5F2B1C9E-7D40-4C1B-9A53-0D6C2F3F9A11 failed', 'batch <uuid> failed'],
    ['commit 9fceb02d0ae598e95dc970b74767f19372d61af8', 'commit <hex>'],
    ['commit 9fceb02', 'commit <hex>'],
    ['md5 d41d8cd98f00b204e9800998ecf8427e', 'md<int> <hex>'],
    ['object at 0x7f3a2c0b1d90', 'object at <hex>'],
    ['<Order object at 0x7f3a2c0b1d90>', '<Order object at <hex>>'],
    ['document 507f1f77bcf86cd799439011 is gone', 'document <hex> is gone'],
    ['charge ch_3NxYzA2eZvKYlo2C1a2b3c4d failed', 'charge <id> failed'],
    ['key V1StGXR8_Z5jdHi6B-myT expired', 'key <id> expired'],
    ['customer clh3x2p4v0000qzrmn831i7rn unknown', 'customer <id> unknown'],
    [
      'traceparent 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'traceparent <traceparent>',
    ],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <ip>:5432'],
    ['read ECONNRESET 10.1.2.3:51234', 'read ECONNRESET <ip>:<int>'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED <ip>'],
    ['from fe80::1ff:fe23:4567:890a', 'from <ip>'],
    ['since 2026-11-23T09:55:24.123Z', 'since <date>'],
    ['since 2026-11-23 09:55:24', 'since <date>'],
    ['on 23.11.2026 at 9:55', 'on <date> at <date>'],
    ['on Mon, 23 Nov 2026 09:55:24 GMT', 'on <date>'],
    ['on Mon Nov 23 2026 09:55:24 GMT+0100', 'on <date>'],
    ['on Nov 23, 2026 only', 'on <date> only'],
    ["open '/srv/shop/invoices/17.pdf'", "open '<quoted>'"],
    ['open /srv/shop/invoices/17.pdf', 'open <path>'],
    ['open C:\\Users\\ada\\17.pdf', 'open <path>'],
    ['Cannot GET /orders/17/lines', 'Cannot GET /orders/<int>/lines'],
    ['ids 1, 2, 3, 4 are unknown', 'ids <int> are unknown'],
    ['ids [1,2] are unknown', 'ids [<int>] are unknown'],
    ['id=17 name="ada" open=true', 'id=<int> name="<quoted>" open=true'],
    ['{"id":17,"name":"ada"}', '{"id":<int>,"name":"<quoted>"}'],
    ["input 'two words'", "input '<quoted>'"],
  ])('%s', (message, expected) => {
    expect(parameterizeMessage(message)).toBe(expected)
  })

  test.each([
    "Cannot read properties of undefined (reading 'total')",
    'relation "orders" does not exist',
    'duplicate key value violates unique constraint "users_email_key"',
    'Request failed with status code 404',
    'HTTP 503',
    "can't open the user's file",
    'socket hang up',
    'Maximum call stack size exceeded',
    'a decade of facades',
    '',
  ])('keeps the words of: %s', (message) => {
    expect(parameterizeMessage(message)).toBe(message)
  })

  test('two status codes are two messages, two counts are one', () => {
    expect(parameterizeMessage('status 404')).not.toBe(parameterizeMessage('status 500'))
    expect(parameterizeMessage('404 rows')).toBe(parameterizeMessage('500 rows'))
  })

  test('a message with fewer digits is the same as one with more', () => {
    expect(parameterizeMessage('order 9 late')).toBe(parameterizeMessage('order 100000 late'))
  })

  test('only the first two lines that are not empty count', () => {
    expect(parameterizeMessage('\n\n one \r\n\r\n two\nthree')).toBe('one\ntwo...')
    expect(parameterizeMessage('one\n  two  words')).toBe('one\ntwo words')
  })

  test('what lies beyond the first 8 KiB reaches no pattern', () => {
    const cut = 'x '.repeat(MAX_MESSAGE_CHARS / 2)
    expect(parameterizeMessage(`${cut}17 ada@shop.example`)).toBe(parameterizeMessage(cut))
  })

  test('a word too long to be looked into is data', () => {
    expect(parameterizeMessage(`token ${'aB3-'.repeat(100)} refused`)).toBe('token <data> refused')
  })
})
