import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installOnce } from './install-once.ts'

/** Each folder in it has a package.json and a lock of its own, outside of the repository's lock. */
export const FRAMEWORKS: string = join(import.meta.dirname, '../frameworks')

/**
 * Folder `tests/frameworks/<name>`, with what its lock names installed: several versions of one
 * framework must not meet in one tree, and who only runs Mayday must not have to install any of them.
 *
 * @throws Error when npm fails, for instance because there is no network
 */
export function frameworkFolder(name: string): Promise<string> {
  return npmFolder(join(FRAMEWORKS, name))
}

/** The same for a folder anywhere. */
export async function npmFolder(folder: string): Promise<string> {
  await installOnce({
    locks: [join(folder, 'package-lock.json')],
    stampFile: join(folder, 'node_modules/.mayday-install'),
    link: join(folder, '.installing'),
    install: () => npmCi(folder),
  })
  return folder
}

async function npmCi(folder: string): Promise<void> {
  // Jest's own settings for Node are none of npm's.
  const { NODE_OPTIONS: _, ...env } = process.env
  await promisify(execFile)('npm', ['ci', '--prefer-offline'], {
    cwd: folder,
    env,
    shell: process.platform === 'win32',
  })
}
