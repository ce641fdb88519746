/** 1-based, the column in UTF-16 units, as V8 writes them. */
export type Position = { line: number; column: number }

/** Where a position came from, with the lines around if the map holds its sources. */
export type Original = Position & { source: string; name?: string; around?: Around }

/** Source lines, cut at 2000 characters. */
export type Around = { pre: string[]; line: string; post: string[] }

/**
 * Finds positions of built code in a source map, given as its bytes. In one pass over the mappings
 * that keeps nothing: Node's own `SourceMap` makes an object of each, which takes up to three times
 * as long. What is no source map gives nothing; never throws.
 *
 * Large maps are looked up in a thread that runs this function from its own source text, so it may
 * use nothing from outside itself.
 */
export function lookUp(bytes: Uint8Array, positions: Position[]): (Original | undefined)[] {
  const LINES_AROUND = 5
  const MAX_LINE_CHARS = 2000
  try {
    const text = new TextDecoder().decode(bytes)
    // A line such as `)]}'` in front keeps browsers from running it.
    const map: unknown = JSON.parse(text.startsWith(')]}') ? text.slice(text.indexOf('\n')) : text)
    return positions.map((position) => inMap(map, position))
  } catch {
    // No JSON, or of another shape: frames stay as they are.
    return positions.map(() => undefined)
  }

  function inMap(map: unknown, position: Position): Original | undefined {
    const { sections } = map as { sections?: unknown }
    if (!Array.isArray(sections)) return inMappings(map as RawMap, position)
    const section = sections.filter(({ offset }) => isBefore(offset, position)).at(-1)
    if (section === undefined) return undefined
    const { line, column } = section.offset
    return inMappings(section.map, {
      line: position.line - line,
      column: position.line - 1 === line ? position.column - column : position.column,
    })
  }

  function isBefore(offset: { line: number; column: number }, { line, column }: Position): boolean {
    return offset.line < line - 1 || (offset.line === line - 1 && offset.column < column)
  }

  function inMappings(map: RawMap, { line, column }: Position): Original | undefined {
    const found = segmentAt(map.mappings, line - 1, column - 1)
    const source = found && map.sources[found.source]
    if (typeof source !== 'string') return undefined
    const name = map.names?.[found?.name ?? -1]
    const content = map.sourcesContent?.[found?.source ?? -1]
    const root = typeof map.sourceRoot === 'string' ? map.sourceRoot : ''
    const original: Original = {
      source: root === '' || root.endsWith('/') ? `${root}${source}` : `${root}/${source}`,
      line: (found?.line ?? 0) + 1,
      column: (found?.column ?? 0) + 1,
    }
    if (typeof name === 'string') original.name = name.slice(0, 200)
    const lines = typeof content === 'string' ? around(content, original.line) : undefined
    if (lines) original.around = lines
    return original
  }

  /** The last segment of the line that does not begin after the column. */
  function segmentAt(mappings: string, line: number, column: number): Segment | undefined {
    let found: Segment | undefined
    const fields = [0, 0, 0, 0, 0]
    let [atLine, field, value, shift] = [0, 0, 0, 0]
    for (let index = 0; index <= mappings.length && atLine <= line; index++) {
      const code = index < mappings.length ? mappings.charCodeAt(index) : 44
      if (code === 44 || code === 59) {
        const [at = 0, source = 0, sourceLine = 0, sourceColumn = 0, name = 0] = fields
        if (atLine === line && at <= column && field > 0) {
          found =
            field < 4
              ? undefined
              : { source, line: sourceLine, column: sourceColumn, name: field > 4 ? name : -1 }
        }
        field = 0
        if (code === 59) {
          atLine++
          fields[0] = 0
        }
        continue
      }
      const digit = digitOf(code)
      value += (digit & 31) << shift
      shift += 5
      if (digit < 32) {
        if (field < 5)
          fields[field] = (fields[field] ?? 0) + (value & 1 ? -(value >>> 1) : value >>> 1)
        field++
        value = 0
        shift = 0
      }
    }
    return found
  }

  function digitOf(code: number): number {
    if (code >= 97) return code - 71
    if (code >= 65) return code - 65
    if (code >= 48) return code + 4
    return code === 43 ? 62 : 63
  }

  function around(content: string, line: number): Around | undefined {
    const first = Math.max(1, line - LINES_AROUND)
    const lines: string[] = []
    let start = 0
    for (let at = 1; at <= line + LINES_AROUND && start <= content.length; at++) {
      const newline = content.indexOf('\n', start)
      const end = newline === -1 ? content.length : newline
      if (at >= first) lines.push(content.slice(start, Math.min(end, start + MAX_LINE_CHARS)))
      start = end + 1
    }
    const text = lines[line - first]
    if (text === undefined) return undefined
    return { pre: lines.slice(0, line - first), line: text, post: lines.slice(line - first + 1) }
  }
}

/** As others wrote it; only what is checked above may be relied on. */
type RawMap = {
  mappings: string
  sources: unknown[]
  names?: unknown[]
  sourcesContent?: unknown[]
  sourceRoot?: unknown
}
type Segment = { source: number; line: number; column: number; name: number }
