import { Prism } from './prism.ts'
import { plainLines, type SourcePart } from './source-parts.ts'

/** Beyond this the patterns could take long on text made to be slow; it then stays plain. */
const MAX_LINE_LENGTH = 400
const MAX_LENGTH = 12_000

/**
 * Splits source into parts with a token name each. Parts are text for React to show, never markup:
 * the source came from whoever holds a DSN.
 */
export async function highlightLines(
  lines: readonly string[],
  language: string,
): Promise<SourcePart[][]> {
  // Not a static import: each language file needs the global that prism.ts makes.
  await import('./prism-languages.ts')
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
