import { expect, test } from '@jest/globals'
import { isSameSite } from './same-site.ts'

const PUBLIC_URL = 'https://mayday.example'

test.each([
  ['our own page', { 'sec-fetch-site': 'same-origin' }, true],
  ['another site', { 'sec-fetch-site': 'cross-site' }, false],
  ['a sister site', { 'sec-fetch-site': 'same-site' }, false],
  ['an address typed in', { 'sec-fetch-site': 'none' }, false],
  [
    'fetch metadata go before the origin',
    { 'sec-fetch-site': 'cross-site', origin: PUBLIC_URL },
    false,
  ],
  ['our public origin', { origin: PUBLIC_URL, host: '127.0.0.1:9500' }, true],
  [
    'the address the browser is at',
    { origin: 'http://10.0.0.5:9500', host: '10.0.0.5:9500' },
    true,
  ],
  ['another origin', { origin: 'https://evil.example', host: 'mayday.example' }, false],
  ['an origin that begins like ours', { origin: 'https://mayday.example.evil.example' }, false],
  ['an opaque origin', { origin: 'null', host: 'mayday.example' }, false],
  ['nothing said', { host: 'mayday.example' }, false],
])('%s', (_name, headers, expected) => {
  expect(isSameSite(headers, PUBLIC_URL)).toBe(expected)
})
