import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PACKAGES, RIVALS } from './sdk-adapter.ts'
import type { Row, Section } from './sdk-table.ts'

const OURS = join(import.meta.dirname, '../../packages/node')
const KILOBYTE = 1000

const exec = promisify(execFile)

/** What each SDK brings into an empty project. */
export async function measureInstall(names: readonly string[]): Promise<Section> {
  const rows: Row[] = []
  for (const name of names) rows.push(await installedRow(name))
  return {
    name: 'install',
    title: 'Installed',
    columns: [
      { name: 'packages', label: 'packages', target: 3, better: 'lower', digits: 0 },
      { name: 'kilobytes', label: 'KB', target: 250, better: 'lower', digits: 0 },
      { name: 'files', label: 'files', digits: 0 },
    ],
    rows,
  }
}

async function installedRow(name: string): Promise<Row> {
  const sdk = PACKAGES[name] ?? name
  const folder = mkdtempSync(join(tmpdir(), 'mayday-install-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"name":"empty","private":true}')
    const subject = name === 'mayday' ? await pack(folder) : `${sdk}@${versionOf(sdk)}`
    const words = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
    await exec('npm', [...words, subject], { cwd: folder })
    const { packages, bytes, files } = countIn(join(folder, 'node_modules'))
    return { sdk, figures: [packages, bytes / KILOBYTE, files] }
  } catch (error) {
    return { sdk, refusal: error instanceof Error ? (error.message.split('\n')[0] ?? '') : '' }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** As it would be published. Gives the path of the archive. */
async function pack(folder: string): Promise<string> {
  const { stdout } = await exec('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: OURS,
  })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  return join(folder, filename)
}

function versionOf(sdk: string): string {
  const manifest = readFileSync(join(RIVALS, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies[sdk] ?? ''
}

/** Without what npm itself keeps there. */
function countIn(modules: string): { packages: number; bytes: number; files: number } {
  const lock = readFileSync(join(modules, '.package-lock.json'), 'utf8')
  const { packages } = JSON.parse(lock) as { packages: Record<string, unknown> }
  const files = readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.package-lock.json')
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
  return {
    packages: Object.keys(packages).length,
    bytes: files.reduce((sum, size) => sum + size, 0),
    files: files.length,
  }
}
