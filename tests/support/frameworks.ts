import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isAlive } from './processes.ts'
import { waitUntil } from './wait-until.ts'

/** Each folder in it has a package.json and a lock of its own, outside of the repository's lock. */
export const FRAMEWORKS: string = join(import.meta.dirname, '../frameworks')

const INSTALLATION_MS = 300_000

/**
 * Folder `tests/frameworks/<name>`, with what its lock names installed: several versions of one
 * framework must not meet in one tree, and who only runs Mayday must not have to install any of them.
 *
 * @throws Error when npm fails, for instance because there is no network
 */
export async function frameworkFolder(name: string): Promise<string> {
  const folder = join(FRAMEWORKS, name)
  const lock = await readFile(join(folder, 'package-lock.json'))
  const stamp = createHash('sha256').update(lock).digest('hex')
  if (await isInstalled(folder, stamp)) return folder
  // Two workers of Jest may want the same folder at once; the second finds it installed.
  const release = await acquire(join(folder, '.installing'))
  try {
    if (!(await isInstalled(folder, stamp))) await install(folder, stamp)
  } finally {
    await release()
  }
  return folder
}

async function isInstalled(folder: string, stamp: string): Promise<boolean> {
  const file = stampFile(folder)
  return existsSync(file) && (await readFile(file, 'utf8')) === stamp
}

function stampFile(folder: string): string {
  return join(folder, 'node_modules/.mayday-install')
}

async function install(folder: string, stamp: string): Promise<void> {
  // Jest's own settings for Node are none of npm's.
  const { NODE_OPTIONS: _, ...env } = process.env
  await promisify(execFile)('npm', ['ci', '--prefer-offline'], {
    cwd: folder,
    env,
    shell: process.platform === 'win32',
  })
  await writeFile(stampFile(folder), stamp)
}

/**
 * The link names the process that installs, so that one that was killed does not stop all others. A
 * link and not a file, since it is there with its content at once.
 */
async function acquire(link: string): Promise<() => Promise<void>> {
  await waitUntil(
    async () => {
      try {
        await symlink(String(process.pid), link)
        return true
      } catch {
        // Somebody's: wait for them, unless they are gone.
        if (!isAlive(Number(await readlink(link)))) await rm(link, { force: true })
        return false
      }
    },
    `${link} is free`,
    INSTALLATION_MS,
  )
  return () => rm(link, { force: true })
}
