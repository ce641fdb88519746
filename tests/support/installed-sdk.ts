import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const PACKAGE = join(import.meta.dirname, '../../packages/node')

/** The SDK as `npm install` gives it to those who use it, in a project that has nothing else. */
export type InstalledSdk = {
  folder: string
  /** Paths inside the tarball. */
  packed: string[]
  /** Writes a file of the project. */
  write(path: string, text: string): Promise<string>
  remove(): Promise<void>
}

export async function installSdk(): Promise<InstalledSdk> {
  const folder = await mkdtemp(join(tmpdir(), 'mayday-installed-'))
  const write = async (path: string, text: string) => {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    return file
  }
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [tarball] = Object.values(JSON.parse(await npm(pack, PACKAGE))) as {
    filename: string
    files: { path: string }[]
  }[]
  if (tarball === undefined) throw new Error('npm pack tells of no file')
  await write('package.json', '{ "private": true }')
  await npm(['install', '--prefer-offline', `./${tarball.filename}`], folder)
  return {
    folder,
    packed: tarball.files.map(({ path }) => path),
    write,
    remove: () => rm(folder, { recursive: true }),
  }
}

async function npm(words: string[], cwd: string): Promise<string> {
  // Jest's own settings for Node are none of npm's.
  const { NODE_OPTIONS: _, ...env } = process.env
  const shell = process.platform === 'win32'
  return (await promisify(execFile)('npm', words, { cwd, env, shell })).stdout
}

export type Ended = {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/**
 * Runs a program to its end, by this Node or another. Its folder for temporary files is its own: what
 * a program of another test has left there would be sent by this one, if its sink had the same port.
 */
export async function runNode(
  words: string[],
  { node = process.execPath, env = {} }: { node?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const { NODE_OPTIONS: _, NODE_ENV: __, ...inherited } = process.env
  const temporary = await mkdtemp(join(tmpdir(), 'mayday-run-'))
  const child = spawn(node, words, {
    env: { ...inherited, NO_COLOR: '1', TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].on('data', (chunk) => {
      written[stream] += chunk
    })
  }
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, ...written }))
    })
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 })
  }
}
