import { Prism } from './prism.ts'
import 'prismjs/components/prism-clike'
import 'prismjs/components/prism-markup'
import 'prismjs/components/prism-javascript'
import 'prismjs/components/prism-typescript'
import 'prismjs/components/prism-jsx'
import 'prismjs/components/prism-tsx'
import 'prismjs/components/prism-python'
import 'prismjs/components/prism-ruby'
import 'prismjs/components/prism-go'
import 'prismjs/components/prism-java'
import 'prismjs/components/prism-kotlin'
import 'prismjs/components/prism-csharp'
import 'prismjs/components/prism-rust'
import 'prismjs/components/prism-swift'
import { plainLines, type SourcePart } from './source-parts.ts'

/** Beyond this the patterns could take long on text made to be slow; it then stays plain. */
const MAX_LINE_LENGTH = 400
const MAX_LENGTH = 12_000

/**
 * Splits source into parts with a token name each. Parts are text for React to show, never markup:
 * the source came from whoever holds a DSN.
 */
export function highlightLines(lines: readonly string[], language: string): SourcePart[][] {
  const grammar = Prism.languages[language]
  const source = lines.join('\n')
  const isLong = source.length > MAX_LENGTH || lines.some((line) => line.length > MAX_LINE_LENGTH)
  if (grammar === undefined || isLong) return plainLines(lines)
  const made: SourcePart[][] = [[]]
  const add = (text: string, token: string | undefined) => {
    text.split('\n').forEach((part, index) => {
      if (index > 0) made.push([])
      if (part !== '') made.at(-1)?.push({ text: part, token })
    })
  }
  const walk = (stream: Prism.TokenStream, token: string | undefined): void => {
    if (typeof stream === 'string') add(stream, token)
    else if (Array.isArray(stream)) for (const part of stream) walk(part, token)
    else walk(stream.content, stream.type)
  }
  walk(Prism.tokenize(source, grammar), undefined)
  return made
}
