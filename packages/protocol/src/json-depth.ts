const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * Whether JSON nests arrays and objects deeper than `maxDepth`; `[[]]` has depth 2. One pass without
 * recursion, a few milliseconds a megabyte, so that it can run before anything parses the input.
 * Takes UTF-8 bytes or text. Of input that is not JSON it says nothing useful, but it ends.
 */
export function exceedsJsonDepth(json: Uint8Array | string, maxDepth: number): boolean {
  const codeAt =
    typeof json === 'string' ? (i: number) => json.charCodeAt(i) : (i: number) => json[i]
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    const code = codeAt(i)
    if (code === QUOTE) {
      for (i++; i < json.length; i++) {
        const inside = codeAt(i)
        if (inside === BACKSLASH) i++
        else if (inside === QUOTE) break
      }
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > maxDepth) return true
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth--
    }
  }
  return false
}
