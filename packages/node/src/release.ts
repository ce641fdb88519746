import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where a release may be told: ours, Sentry's, and those in which hosting and CI name the commit. */
export const RELEASE_VARIABLES = [
  'MAYDAY_RELEASE',
  'SENTRY_RELEASE',
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'VERCEL_GIT_COMMIT_SHA',
  'HEROKU_SLUG_COMMIT',
  'HEROKU_BUILD_COMMIT',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'COMMIT_REF',
  'SOURCE_VERSION',
] as const

const COMMIT = /^[0-9a-f]{40,64}$/
const MAX_REF_BYTES = 4096

let ofCheckout: { release: string | undefined } | undefined

/** As {@link findRelease}, for this process. HEAD is read once: what runs does not move with it. */
export function releaseOfProcess(env: NodeJS.ProcessEnv): string | undefined {
  const told = releaseFromEnv(env)
  if (told !== undefined) return told
  ofCheckout ??= { release: releaseFromCheckout(process.cwd) }
  return ofCheckout.release
}

/**
 * The version of the running program, if something tells it: a variable of the environment, or the
 * checkout that the working folder lies in. Reads at most a handful of small files; never throws.
 */
export function findRelease(env: NodeJS.ProcessEnv, cwd: () => string): string | undefined {
  return releaseFromEnv(env) ?? releaseFromCheckout(cwd)
}

function releaseFromEnv(env: NodeJS.ProcessEnv): string | undefined {
  const name = RELEASE_VARIABLES.find((variable) => env[variable])
  return name === undefined ? undefined : env[name]
}

function releaseFromCheckout(cwd: () => string): string | undefined {
  try {
    return readHead(cwd())
  } catch {
    // No checkout, or one we may not read: the release is simply not known.
    return undefined
  }
}

function readHead(folder: string): string | undefined {
  const git = findGitFolder(folder)
  if (git === undefined) return undefined
  const head = readSmall(join(git, 'HEAD'))
  if (!head.startsWith('ref: ')) return commit(head)
  const ref = head.slice('ref: '.length)
  // A work tree keeps its HEAD apart from the refs of the repository that it belongs to.
  const common = tryRead(join(git, 'commondir'))
  const refs = common === undefined ? git : resolve(git, common)
  return commit(tryRead(join(refs, ref)) ?? packedRef(refs, ref))
}

function findGitFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, '.git')
    const stat = statSync(candidate, { throwIfNoEntry: false })
    if (stat?.isDirectory()) return candidate
    if (stat?.isFile()) return resolve(folder, readSmall(candidate).replace(/^gitdir: /, ''))
    if (folder === dirname(folder)) return undefined
  }
}

function packedRef(git: string, ref: string): string | undefined {
  const packed = join(git, 'packed-refs')
  if ((statSync(packed, { throwIfNoEntry: false })?.size ?? Infinity) > 1024 * 1024)
    return undefined
  const line = readFileSync(packed, 'utf8')
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
  return line?.slice(0, line.indexOf(' '))
}

function tryRead(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readSmall(path) : undefined
}

function readSmall(path: string): string {
  return readFileSync(path, 'utf8').slice(0, MAX_REF_BYTES).trim()
}

function commit(text: string | undefined): string | undefined {
  return text !== undefined && COMMIT.test(text) ? text : undefined
}
