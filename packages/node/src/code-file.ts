import { readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Frame } from '@mayday/protocol/event'
import { PACKAGE_NAME } from './version.ts'

/** A running program has some hundred files; beyond that they are made up. */
const MAX_KNOWN_FILES = 500

/** Parts of a frame that are the same for every line of a file. */
type FileFacts = Pick<Frame, 'filename' | 'abs_path' | 'in_app'>

const known = new Map<string, FileFacts>()

/**
 * What a frame says of its file, which is given as V8 writes it: a path, a `file:` URL, or the name
 * that a bundler gave. Paths below the working folder are told relative to it.
 */
export function describeFile(file: string): FileFacts {
  const facts = known.get(file)
  if (facts) return facts
  const path = toPath(file)
  const fresh: FileFacts = {
    filename: relativeToApp(path),
    ...(isAbsolute(path) ? { abs_path: path } : {}),
    in_app: isInApp(path),
  }
  if (known.size >= MAX_KNOWN_FILES) known.clear()
  // A copy: a part of a string keeps the whole of it, here the stack text, in memory.
  known.set(Buffer.from(file).toString(), fresh)
  return fresh
}

/** The path of what may be a `file:` URL. */
export function toPath(file: string): string {
  if (!file.startsWith('file://')) return file
  try {
    return fileURLToPath(file)
  } catch {
    // Not a path of this platform, such as a Windows URL on Linux: the URL itself still tells it.
    return file
  }
}

/** With the separator at its end; a path that nothing begins with where the folder was deleted. */
export const appRoot: string = findAppRoot()

function findAppRoot(): string {
  try {
    return `${process.cwd()}${sep}`
  } catch {
    // The working folder was deleted: paths stay absolute.
    return '\0'
  }
}

/** The same code run from another folder should read, and group, the same. */
function relativeToApp(path: string): string {
  return path.startsWith(appRoot) ? path.slice(appRoot.length).replaceAll('\\', '/') : path
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('\\\\')
}

const DEPENDENCY = /[\\/]node_modules[\\/]/
/** What Next builds beside the app's own pages: loaders, and chunks named for what is in them. */
const NEXT_RUNTIME =
  /[\\/]\.next[\\/].{0,500}[\\/](?:webpack-runtime\.js|\[turbopack\]_runtime\.js|node_modules_[^\\/]*)$/

function isInApp(path: string): boolean {
  if (DEPENDENCY.test(path) || path === ownFile()) return false
  if (isAbsolute(path)) return !NEXT_RUNTIME.test(path)
  // `webpack-internal:///(rsc)/./app/page.tsx` in development, `webpack://shop/src/a.ts` by a map.
  return path.startsWith('webpack') && /^webpack(?:-internal)?:\/\//.test(path)
    ? !path.includes('/webpack/')
    : false
}

let ownPath: string | null | undefined

/**
 * The SDK's own file, whose frames nobody wants to read, if it lies outside of `node_modules`: in a
 * workspace, or linked. The bundle of an app that the SDK became part of is the app's file.
 */
function ownFile(): string | null {
  if (ownPath === undefined) ownPath = findOwnFile()
  return ownPath
}

function findOwnFile(): string | null {
  const line = new Error('own').stack?.split('\n')[1] ?? ''
  const match = /\(?((?:file:\/\/)?[^()]+):\d+:\d+\)?$/.exec(line.replace(/^ +at (?:.* \()?/, ''))
  const path = toPath(match?.[1] ?? '')
  try {
    const about = JSON.parse(readFileSync(join(dirname(path), '../package.json'), 'utf8'))
    return about.name === PACKAGE_NAME ? path : null
  } catch {
    // A bundle of an app, with whatever lies around it.
    return null
  }
}
