/**
 * What of a frame's file path says where the code is in the project, whatever folder, host, machine
 * or build it was deployed to.
 */

const MAX_SEGMENTS = 3
const MAX_PATH_CHARS = 1024

/** A file as grouping and people see it. */
export type CleanPath = {
  /** Project-relative, at most the last three segments, build hashes removed; '' when there is none. */
  short: string
  /** What counts: as `short`, but only as far up as the project's folders are certain. */
  key: string
}

const NONE: CleanPath = { short: '', key: '' }

/** Folders that hold sources in every layout: what lies below them belongs to the project. */
const SOURCE_ROOTS = new Set(['src', 'dist', 'build', 'out', '_next', '.next'])
/** Also a folder of sources, but as often one among others below them. */
const LIBRARY_ROOTS = new Set(['lib'])

/** What lies below these is a package, its name first. */
const PACKAGE_ROOTS = new Set(['node_modules', 'site-packages', 'dist-packages', 'gems', 'vendor'])

/** First folders of a system, with the number of folders after them that only say where. */
const SYSTEM_ROOTS = new Map([
  ['home', 2],
  ['Users', 2],
  ['srv', 1],
  ['opt', 1],
  ['app', 0],
  ['code', 0],
  ['workspace', 0],
  ['workspaces', 1],
  ['root', 1],
  ['mnt', 1],
  ['tmp', 1],
  ['data', 1],
])

/** System folders of more than one segment, longest first where one begins another. */
const DEEP_ROOTS: readonly (readonly [string, number])[] = [
  ['usr/src/', 1],
  ['usr/local/', 1],
  ['var/www/html/', 0],
  ['var/www/', 1],
  ['var/task/', 0],
  ['var/lib/', 1],
  ['var/app/current/', 0],
  ['private/var/folders/', 4],
  ['private/tmp/', 1],
]

/** Folders and names that are new with every deploy: times, versions, commits, uuids. */
const BUILD_SEGMENT =
  /^(?:v?\d+(?:[._-]\d+)*(?:-[a-z]+[.\d]*)?|[0-9a-f]{7,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

const SCRIPT_EXTENSION = /\.(?:[cm]?[jt]sx?)$/

/** A process sees the same few files over and over; cleaning one costs as much as all else of a frame. */
const MAX_REMEMBERED = 4096
const rememberedScripts = new Map<string, CleanPath>()
const rememberedOthers = new Map<string, CleanPath>()

/** Cleans a frame's file. `isScript`: of JavaScript, where a build changes extension and name. */
export function cleanPath(raw: string, isScript: boolean): CleanPath {
  const remembered = isScript ? rememberedScripts : rememberedOthers
  const known = remembered.get(raw)
  if (known) return known
  const path = raw.slice(0, MAX_PATH_CHARS)
  const cleaned = clean(path, isScript)
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(path, cleaned)
  return cleaned
}

function clean(raw: string, isScript: boolean): CleanPath {
  const { path, isAbsolute } = withoutOrigin(raw)
  if (path === '' || path === '/') return NONE
  const all = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  const packageAt = lastIndexIn(all, PACKAGE_ROOTS)
  const isPackage = packageAt >= 0 && packageAt < all.length - 1
  const inProject = isPackage ? all.slice(packageAt + 1) : withoutDeployRoot(all, isAbsolute)
  const file = inProject.pop()
  if (file === undefined) return NONE
  const folders = inProject.filter((segment) => !isDeploySegment(segment))
  if (isPackage && folders[0]) folders[0] = withoutVersion(folders[0])
  const name = isScript ? withoutBuildHash(file) : file
  const lastRoot = lastIndexIn(folders, SOURCE_ROOTS)
  const sourceAt = lastRoot < 0 ? lastIndexIn(folders, LIBRARY_ROOTS) : lastRoot
  // An absolute path without a source folder in it may begin anywhere: only its last name is certain.
  const certain = isPackage || !isAbsolute ? folders : sourceAt < 0 ? [] : folders
  const below = isPackage ? certain : certain.slice(sourceAt + 1)
  return {
    short: lastSegments([...folders, name]),
    key: lastSegments([...below, isScript ? name.replace(SCRIPT_EXTENSION, '') : name]),
  }
}

/** The path of a URL or file, forward slashes only, without query and fragment. */
function withoutOrigin(raw: string): { path: string; isAbsolute: boolean } {
  const isWindows = /^[A-Za-z]:[\\/]/.test(raw) || (raw.includes('\\') && !raw.includes('/'))
  let path = isWindows ? raw.replaceAll('\\', '/').replace(/^[A-Za-z]:/, '') : raw
  const scheme = path.indexOf('://')
  // `app://`, `webpack://` and the like name the project's root; so does the origin of a web page.
  const isUrl = scheme > 0 && scheme <= 20
  const isFileUrl = isUrl && path.startsWith('file:')
  if (isUrl) {
    const pathAt = path.indexOf('/', scheme + 3)
    path = pathAt < 0 ? '' : path.slice(pathAt)
  }
  if (isUrl || path.includes('?')) path = path.split(/[?#]/, 1)[0] ?? ''
  return { path, isAbsolute: (!isUrl || isFileUrl) && path.startsWith('/') }
}

function withoutDeployRoot(segments: string[], isAbsolute: boolean): string[] {
  if (!isAbsolute) return segments.filter((segment) => segment !== '..')
  const path = segments.join('/')
  const deep = DEEP_ROOTS.find(([root]) => path.startsWith(root))
  let skip = 0
  if (deep) skip = deep[0].split('/').length - 1 + deep[1]
  else if (SYSTEM_ROOTS.has(segments[0] ?? '')) skip = 1 + SYSTEM_ROOTS.get(segments[0] ?? '')!
  return segments.slice(Math.min(skip, segments.length - 1))
}

/** `releases/20261123095500` and `current` are made by deploy tools. */
function isDeploySegment(segment: string): boolean {
  if (segment === 'releases' || segment === 'current') return true
  return BUILD_SEGMENT.test(segment)
}

/** `rack-3.0.8` (gem) and `express@4.18.2` (package store) without the version. */
function withoutVersion(name: string): string {
  return name.replace(/[-@]\d[\w.]{0,40}$/, '')
}

/** `index-B8GeuKsa.js`, `main.8d7f6e5a.chunk.js`, `4096.js`: bundlers name files by their content. */
export function withoutBuildHash(file: string): string {
  // A page such as /orders/17 with a script of its own.
  if (BUILD_SEGMENT.test(file)) return '*'
  const dot = file.lastIndexOf('.')
  if (dot <= 0) return file
  const extension = file.slice(dot)
  if (!SCRIPT_EXTENSION.test(extension) || /tsx?$/.test(extension)) return file
  const suffix = /\.(?:chunk|min|bundle|esm|legacy)$/.exec(file.slice(0, dot))?.[0] ?? ''
  let stem = file.slice(0, dot - suffix.length)
  if (/^\d+$/.test(stem)) return `*${suffix}${extension}`
  // Vite's eight characters may hold the separator itself, so they are taken by position.
  if (/[-._]/.test(stem.at(-9) ?? '') && isVaried(stem.slice(-8))) stem = stem.slice(0, -9)
  const cut = Math.max(stem.lastIndexOf('-'), stem.lastIndexOf('.'))
  if (isHash(stem.slice(cut + 1))) stem = cut > 0 ? stem.slice(0, cut) : '*'
  if (/^\d+$/.test(stem)) stem = '*'
  return `${stem}${suffix}${extension}`
}

function isHash(word: string): boolean {
  if (/^[0-9a-f]{6,64}$/.test(word)) return /\d/.test(word)
  return /^[A-Z2-7]{8}$/.test(word)
}

/** Eight characters no person would choose: both cases and a digit, or capitals within. */
function isVaried(word: string): boolean {
  if (!/^[\w-]{8}$/.test(word) || !/[a-z]/.test(word)) return false
  return /[A-Z]/.test(word) && (/[\d_-]/.test(word) || /[A-Z].*[A-Z]/.test(word))
}

function lastSegments(segments: string[]): string {
  return segments.slice(-MAX_SEGMENTS).join('/')
}

function lastIndexIn(segments: string[], names: ReadonlySet<string>): number {
  for (let i = segments.length - 1; i >= 0; i--) if (names.has(segments[i] ?? '')) return i
  return -1
}
