import { realpathSync } from 'node:fs'
import { dirname, extname, isAbsolute, resolve, sep } from 'node:path'
import type { Frame } from '@mayday/protocol/event'
import { appRoot, describeFile, toPath } from './code-file.ts'
import type { Original } from './source-map.ts'

/** What a map may make us read; anything else that it names is not shown. */
const SOURCE_ENDINGS = new Set(
  '.ts .tsx .mts .cts .js .jsx .mjs .cjs .vue .svelte .astro .coffee'.split(' '),
)

/** Puts the original position into a frame; where it was built stays in its `data`. */
export function mapFrame(frame: Frame, original: Original, mapPath: string): void {
  const file = sourcePath(original.source, mapPath)
  frame.data = {
    ...frame.data,
    sourcemap: mapPath,
    orig_filename: frame.filename,
    orig_lineno: frame.lineno,
    orig_colno: frame.colno,
  }
  Object.assign(frame, describeFile(file))
  if (file.startsWith('webpack:')) frame.abs_path = file
  frame.lineno = original.line
  frame.colno = original.column
}

/** Absolute, unless it is a name that a bundler gave. */
function sourcePath(source: string, mapPath: string): string {
  const path = toPath(source)
  if (isAbsolute(path) || /^[a-z-]{2,20}:/i.test(path)) return path
  return resolve(dirname(mapPath), path)
}

/**
 * The file of an original source, if the app's folder holds it and it has the name of a source: a
 * map must not make us show other files of this machine.
 */
export function readableSource(source: string, mapPath: string): string | undefined {
  const path = sourcePath(source, mapPath)
  if (!isAbsolute(path) || !SOURCE_ENDINGS.has(extname(path))) return undefined
  try {
    const real = realpathSync(path)
    const root = realpathSync(appRoot)
    const isInside = real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)
    return isInside && SOURCE_ENDINGS.has(extname(real)) ? real : undefined
  } catch {
    // Sources are seldom deployed.
    return undefined
  }
}
