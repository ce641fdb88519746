import { isScript } from './platform.ts'

/** What a frame's function is called, without what compilers, runtimes and callers put around it. */

const MAX_CHARS = 256

const UNKNOWN = new Set([
  '',
  '?',
  '??',
  '<anonymous>',
  'anonymous',
  '(anonymous)',
  '[anonymous]',
  'anonymous function',
  'eval',
  '<redacted>',
  '<unknown>',
  '<eval>',
])

/** For people: with its class, as in `OrderService.load`; '' when it has no name. */
export function displayFunction(raw: string, platform: string): string {
  const name = cleaned(raw, platform)
  if (!isScript(platform)) return UNKNOWN.has(name) ? '' : name
  const plain = name.replace(/^(?:Object|Module|exports|module\.exports|global|globalThis)\./, '')
  return UNKNOWN.has(lastSegment(plain)) ? '' : plain
}

/**
 * What counts: without the class where that is the receiver's at run time (JavaScript, Ruby), since
 * one method is then called by many names; '' when it has no name.
 */
export function functionKey(raw: string, platform: string): string {
  const name = cleaned(raw, platform)
  const key = isScript(platform) || platform === 'ruby' ? lastSegment(name) : name
  return UNKNOWN.has(key) ? '' : key
}

function cleaned(raw: string, platform: string): string {
  const name = raw.slice(0, MAX_CHARS).trim()
  switch (platform) {
    case 'node':
    case 'javascript':
      return script(name)
    case 'java':
    case 'android':
      return java(name)
    case 'ruby':
      return name.replace(/^(?:(?:block|rescue|ensure)(?: \(\d+ levels\))? in )+/, '').trim()
    case 'php':
      // PHP 8.4 puts file and line into the name of a closure and of a nameless class.
      return name.replace(/\{closure[^}]*\}/g, '{closure}').replace(/@anonymous.*$/s, '@anonymous')
    case 'go':
      return name.replace(/\[[^\]]*\]/g, '').replace(/\.func\d+(?:\.\d+)*/g, '.func')
    case 'csharp':
    case 'dotnet':
      // `<LoadAsync>d__12.MoveNext` is how the compiler writes an async method.
      return name.replace(/<(\w+)>[bdg]__[\w|]*(?:\.MoveNext)?/g, '$1')
    default:
      return name
  }
}

function script(raw: string): string {
  let name = raw.replace(/^(?:(?:async|new|bound|get|set|static) )+/, '')
  // V8: `Server.onRequest [as emit]`; bundlers: `load$1` when two modules have a `load`.
  const alias = name.indexOf(' [as ')
  if (alias > 0) name = name.slice(0, alias)
  const index = name.indexOf(' (index ')
  if (index > 0) name = name.slice(0, index)
  return name
    .replace(/\$\d+$/, '')
    .replace(/[/*<]+$/, '')
    .trim()
}

function java(name: string): string {
  const lambda = /^lambda\$(\w+)\$\d+$/.exec(name)
  if (lambda?.[1]) return lambda[1]
  return name.replace(/\$\d+/g, '$').replace(/\$\$(?:Lambda|FastClass|Enhancer).*$/s, '')
}

function lastSegment(name: string): string {
  const cut = Math.max(name.lastIndexOf('.'), name.lastIndexOf('#'))
  // `#total` is a private method, `Order#total` a Ruby one: both are called total.
  return cut < 0 ? name : name.slice(cut + 1)
}
