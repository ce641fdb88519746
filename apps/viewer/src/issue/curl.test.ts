import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import type { ApiRequest } from '@mayday/protocol/api/events'
import fc from 'fast-check'
import { quote, toCurl } from './curl.ts'

const request = (more: Partial<ApiRequest>): ApiRequest => ({
  method: 'GET',
  url: 'https://api.acme.test/orders/8841',
  query: [],
  headers: [],
  cookies: [],
  data: null,
  env: null,
  fragment: null,
  inferredContentType: null,
  ...more,
})

/** The words that a real shell makes of the command, without running curl. */
function wordsOf(command: string): string[] {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
  const output = execFileSync('bash', ['--norc', '-c', script], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8' },
  })
  return output.split('\0').slice(0, -1)
}

describe('quote', () => {
  test('makes one word of any text, and the shell reads it back unchanged', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((s) => s.replaceAll('\0', ''))
    fc.assert(
      fc.property(fc.array(text, { minLength: 40, maxLength: 40 }), (parts) => {
        expect(wordsOf(`curl ${parts.map(quote).join(' ')}`)).toEqual(parts)
      }),
      { numRuns: 5 },
    )
  })

  test('lets no control character through to the terminal', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(quote("a\u001b[201~'\r\nrm -rf /\u009b")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })

  test.each(['$(id)', '`id`', "it's", '!!', '\\', '"', '; id', '&& id'])(
    '%s runs nothing',
    (text) => {
      expect(wordsOf(`curl ${quote(text)}`)).toEqual([text])
    },
  )
})

describe('toCurl', () => {
  test('repeats a GET with its query and its headers', () => {
    const command = toCurl(
      request({ query: [['expand', 'a b']], headers: [['User-Agent', 'okhttp/4.12.0']] }),
    )
    expect(wordsOf(command ?? '')).toEqual([
      'https://api.acme.test/orders/8841?expand=a+b',
      '-H',
      'User-Agent: okhttp/4.12.0',
    ])
  })

  test('leaves out what was filtered and what curl sets itself', () => {
    const headers: [string, string][] = [
      ['authorization', '[Filtered]'],
      ['Host', 'api.acme.test'],
      ['Content-Length', '12'],
      [':authority', 'api.acme.test'],
      ['Accept-Encoding', 'gzip'],
    ]
    const cookies: [string, string][] = [
      ['session', '[Filtered]'],
      ['theme', 'dark'],
    ]
    expect(wordsOf(toCurl(request({ headers, cookies })) ?? '').slice(1)).toEqual([
      '--compressed',
      '-H',
      'Cookie: theme=dark',
    ])
  })

  test('sends a parsed body as the content type says', () => {
    const json = toCurl(request({ method: 'POST', data: { sku: "it's" } }))
    expect(wordsOf(json ?? '').slice(1)).toEqual(['--data-raw', '{"sku":"it\'s"}'])
    const form = toCurl(
      request({
        method: 'PUT',
        data: { a: '1 2' },
        inferredContentType: 'application/x-www-form-urlencoded',
      }),
    )
    expect(wordsOf(form ?? '')).toEqual([
      '-X',
      'PUT',
      'https://api.acme.test/orders/8841',
      '--data-raw',
      'a=1+2',
    ])
  })

  test('a header with a line break stays one header, an empty one is still sent', () => {
    const headers: [string, string][] = [
      ['X-A', 'one\r\nX-Evil: two'],
      ['X-B', ''],
    ]
    expect(wordsOf(toCurl(request({ headers })) ?? '').slice(1)).toEqual([
      '-H',
      'X-A: one X-Evil: two',
      '-H',
      'X-B;',
    ])
  })

  test('brackets in the address are no pattern', () => {
    expect(wordsOf(toCurl(request({ url: 'https://a.test/?id[]=1' })) ?? '')).toContain('--globoff')
  })

  test('there is no command without an address', () => {
    expect(toCurl(request({ url: null }))).toBeUndefined()
  })
})
