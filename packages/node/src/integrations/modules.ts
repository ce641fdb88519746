import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Client, Integration } from '../client.ts'

const MAX_MODULES = 100
const MAX_MANIFEST_CHARS = 1024 * 1024
const MAX_FOLDERS_UP = 8
const MAX_VERSION_CHARS = 100

/** `undefined`: nobody has asked yet; read once in the life of the process. */
let known: Record<string, string> | undefined
let isReading = false

/**
 * Tells the versions of the direct dependencies of the program, at most 100. They are read from disk
 * after the first event, without blocking; so they are in those that follow.
 */
export const modulesIntegration: Integration = {
  name: 'Modules',
  install(client: Client) {
    const addModules: Client['processors'][number] = (event) => {
      if (known === undefined) void startReading()
      else if (Object.keys(known).length > 0) event.modules ??= known
      return event
    }
    client.processors.push(addModules)
    return () => {
      const index = client.processors.indexOf(addModules)
      if (index !== -1) client.processors.splice(index, 1)
    }
  },
}

async function startReading(): Promise<void> {
  if (isReading) return
  isReading = true
  known = await readModules(dirname(process.argv[1] ?? join(process.cwd(), 'index.js')))
}

/** Names and installed versions of what the nearest `package.json` depends on. Never rejects. */
export async function readModules(folder: string): Promise<Record<string, string>> {
  for (const home of foldersUp(folder)) {
    const manifest = await readManifest(join(home, 'package.json'))
    if (manifest === undefined) continue
    const { dependencies } = manifest
    const names = isObject(dependencies) ? Object.keys(dependencies).slice(0, MAX_MODULES) : []
    const found: [string, string][] = []
    for (const name of names) {
      const version = await installedVersion(home, name)
      if (version !== undefined) found.push([name, version])
    }
    return Object.fromEntries(found)
  }
  return {}
}

async function installedVersion(home: string, name: string): Promise<string | undefined> {
  // A name that is a path would have anything read.
  if (!/^(@[\w.-]{1,100}\/)?[\w.-]{1,200}$/.test(name) || name.includes('..')) return undefined
  for (const folder of foldersUp(home)) {
    const manifest = await readManifest(join(folder, 'node_modules', name, 'package.json'))
    if (manifest === undefined) continue
    const { version } = manifest
    return typeof version === 'string' ? version.slice(0, MAX_VERSION_CHARS) : undefined
  }
  return undefined
}

function foldersUp(folder: string): string[] {
  const folders = [folder]
  for (let count = 0; count < MAX_FOLDERS_UP; count++) {
    const parent = dirname(folders.at(-1) ?? folder)
    if (parent === folders.at(-1)) break
    folders.push(parent)
  }
  return folders
}

async function readManifest(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    const manifest: unknown = text.length > MAX_MANIFEST_CHARS ? undefined : JSON.parse(text)
    return isObject(manifest) ? manifest : undefined
  } catch {
    // Not there, not ours to read, or no JSON: then the next folder is tried.
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
