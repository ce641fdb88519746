import { describe, expect, test } from '@jest/globals'
import { normalize } from '../../../test/normalize.ts'

describe('the request', () => {
  const request = (raw: unknown) => normalize({ request: raw }).request

  test('gives query and fragment of the URL their own fields', () => {
    expect(request({ url: 'https://a.example/x?q=1&e=%zz#top', method: 'post' })).toEqual({
      method: 'POST',
      url: 'https://a.example/x',
      query_string: [
        ['q', '1'],
        ['e', '%zz'],
      ],
      fragment: 'top',
    })
  })

  test.each<[string, unknown]>([
    ['text', '?a=1&b=2'],
    ['a map', { a: 1, b: '2' }],
    [
      'pairs',
      [
        ['a', '1'],
        ['b', 2],
      ],
    ],
  ])('has its query as %s', (_name, query) => {
    expect(request({ query_string: query })).toEqual({
      query_string: [
        ['a', '1'],
        ['b', '2'],
      ],
    })
  })

  test('has headers under one spelling and the cookies of their header', () => {
    expect(
      request({ headers: { 'content-type': 'a/b', ACCEPT: ['x', 'y'], cookie: 'a=1; b' } }),
    ).toEqual({
      headers: [
        ['Content-Type', 'a/b'],
        ['Accept', 'x,y'],
      ],
      cookies: [
        ['a', '1'],
        ['b', ''],
      ],
    })
  })
})

describe('the user', () => {
  const user = (raw: object, meta = {}) => normalize(raw, meta).user

  test('has numeric ids as text and unknown fields below data', () => {
    expect(user({ user: { id: 7, plan: 'pro', data: { a: 1 } } })).toEqual({
      id: '7',
      data: { plan: 'pro', a: 1 },
    })
  })

  test.each<[string, object, string | undefined]>([
    ['its own', { user: { ip_address: '198.51.100.7' } }, '198.51.100.7'],
    ['asked for', { user: { ip_address: '{{auto}}' } }, '203.0.113.9'],
    ['of the request', { request: { env: { REMOTE_ADDR: '192.0.2.4' } } }, '192.0.2.4'],
    ['asked for in the request', { request: { env: { REMOTE_ADDR: '{{auto}}' } } }, '203.0.113.9'],
    ['of a browser', { platform: 'javascript' }, '203.0.113.9'],
    ['of a server', { platform: 'node' }, undefined],
    ['allowed', { sdk: { settings: { infer_ip: 'auto' } } }, '203.0.113.9'],
    ['forbidden', { platform: 'javascript', sdk: { settings: { infer_ip: 'never' } } }, undefined],
    ['no address', { user: { ip_address: 'localhost' } }, undefined],
  ])('has an address: %s', (_name, raw, address) => {
    expect(user(raw)?.ip_address).toBe(address)
  })

  test('is absent when empty', () => {
    expect(normalize({ user: {} })).not.toHaveProperty('user')
  })
})
