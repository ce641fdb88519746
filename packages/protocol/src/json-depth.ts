const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * Whether JSON, given as its UTF-8 bytes, nests arrays and objects deeper than `maxDepth`; `[[]]` has
 * depth 2. One pass without recursion, about 2 ms a megabyte, so that it can run before anything
 * parses the input. Of input that is not JSON it says nothing useful, but it ends.
 */
export function exceedsJsonDepth(json: Uint8Array, maxDepth: number): boolean {
  let depth = 0
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (byte === QUOTE) {
      for (i++; i < json.length; i++) {
        const inside = json[i]
        if (inside === BACKSLASH) i++
        else if (inside === QUOTE) break
      }
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > maxDepth) return true
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--
    }
  }
  return false
}
