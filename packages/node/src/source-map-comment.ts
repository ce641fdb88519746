import { dirname, join } from 'node:path'
import { toPath } from './code-file.ts'

const MAP_MARK = '//# sourceMappingURL='
const ID_MARK = '//# debugId='
const MAX_URL_CHARS = 2000
const DATA_URL = /^data:application\/json[^,]{0,100},/
const DEBUG_ID = /^[0-9a-fA-F-]{32,36}(?=\s|$)/

/** Where the source map of a built file is: in a file, or in the comment itself. */
export type MapPlace = { path: string } | { bytes: Buffer }

/**
 * Reads the comment at the end of a built file that names its source map. Without one the map is
 * looked for beside the file. A URL that leads out of the file system is not followed.
 */
export function mapPlaceOf(path: string, end: Buffer): MapPlace | undefined {
  const at = end.lastIndexOf(MAP_MARK)
  if (at === -1) return { path: `${path}.map` }
  const begin = at + MAP_MARK.length
  const url = end.toString('utf8', begin, begin + MAX_URL_CHARS).split(/\s/, 1)[0] ?? ''
  const data = DATA_URL.exec(url)
  if (data) return inComment(end, begin + data[0].length, data[0])
  if (url === '' || url.startsWith('data:')) return undefined
  return mapFile(path, url)
}

function mapFile(path: string, url: string): MapPlace | undefined {
  if (/^[a-z][a-z0-9+.-]+:/i.test(url) && !url.startsWith('file://')) return undefined
  if (url.startsWith('//') || !url.split('?', 1)[0]?.endsWith('.map')) return undefined
  if (url.startsWith('file://')) return { path: toPath(url) }
  try {
    return { path: join(dirname(path), decodeURIComponent(url.split('?', 1)[0] ?? '')) }
  } catch {
    // A percent sign that means nothing.
    return undefined
  }
}

function inComment(end: Buffer, begin: number, head: string): MapPlace {
  const newline = end.indexOf(10, begin)
  const text = end.toString('latin1', begin, newline === -1 ? end.length : newline)
  return { bytes: Buffer.from(text, head.includes(';base64') ? 'base64' : 'latin1') }
}

/** The id that ties a built file to a source map that a server has. */
export function debugIdOf(end: Buffer): string | undefined {
  const at = end.lastIndexOf(ID_MARK)
  if (at === -1) return undefined
  const begin = at + ID_MARK.length
  return DEBUG_ID.exec(end.toString('latin1', begin, begin + 40))?.[0]?.toLowerCase()
}
