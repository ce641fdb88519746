/** More marks than this on one letter is no language; stacked they would cover the lines around. */
const MAX_MARKS = 4

const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu')
// Everything invisible that changes how the text around it is read: controls but tab and newline,
// direction marks, zero-width characters, the byte order mark. The joiners U+200C and U+200D stay:
// Persian and emoji need them.
const INVISIBLE =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu

/**
 * Event text as it may be shown: what a sender could use to make a line read differently from what
 * it holds (right-to-left override, zero-width letters, escape codes) becomes visible as `⟨U+202E⟩`.
 */
export function visibleText(text: string): string {
  return text
    .replace(TOO_MANY_MARKS, '$1…')
    .replace(INVISIBLE, (character) =>
      character === '\n' || character === '\t' ? character : codePoint(character),
    )
}

/** The address itself when a click on it is harmless, else undefined: only http and https. */
export function safeHref(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined
  return URL.canParse(text) ? text : undefined
}

function codePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `⟨U+${hex}⟩`
}
