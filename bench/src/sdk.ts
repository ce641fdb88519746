import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PACKAGES, RIVALS } from './sdk-adapter.ts'
import { measureCapture } from './sdk-capture.ts'
import { measureHostile } from './sdk-hostile.ts'
import { measureInstall } from './sdk-install.ts'
import { type Sink, startSink } from './sdk-processes.ts'
import { measureServers } from './sdk-servers.ts'
import { measureSoak } from './sdk-soak.ts'
import { measureStart } from './sdk-start.ts'
import { measureStorm } from './sdk-storm.ts'
import { type Section, sdkTable, sectionToJson } from './sdk-table.ts'

type Measure = (names: readonly string[], sink: Sink) => Promise<Section | Section[]>

const { values } = parseArgs({
  options: { only: { type: 'string' }, with: { type: 'string' }, minutes: { type: 'string' } },
})

const PARTS: Record<string, Measure> = {
  install: measureInstall,
  start: measureStart,
  servers: measureServers,
  capture: measureCapture,
  storm: measureStorm,
  hostile: measureHostile,
  soak: (names, sink) => measureSoak(names, sink, Number(values.minutes ?? 10)),
}
const NOT_BY_DEFAULT = new Set(['soak'])

await measureSdk(
  chosen(values.only, Object.keys(PARTS)) ??
    Object.keys(PARTS).filter((part) => !NOT_BY_DEFAULT.has(part)),
  chosen(values.with, Object.keys(PACKAGES)) ?? Object.keys(PACKAGES),
)

/** Prints each part as it is done. A part that fails does not keep the others from being measured. */
async function measureSdk(parts: readonly string[], names: readonly string[]): Promise<void> {
  installRivals()
  const sink = await startSink()
  const measured: Section[] = []
  try {
    for (const part of parts) {
      try {
        const sections = [(await PARTS[part]?.(names, sink)) ?? []].flat()
        measured.push(...sections)
        for (const section of sections) console.log(`${sdkTable(section).join('\n')}\n`)
      } catch (error) {
        console.error(`${part} was not measured: ${String(error)}\n`)
        process.exitCode = 1
      }
    }
  } finally {
    await sink.stop()
  }
  const isWhole = measured.every(({ rows }) =>
    rows.every((row) => !('refusal' in row) || row.sdk !== '@mayday/node'),
  )
  if (!isWhole) process.exitCode = 1
  console.log(JSON.stringify({ bench: 'sdk', sections: measured.map(sectionToJson) }))
}

/** Only for this: nothing else in the repository needs them. */
function installRivals(): void {
  const lock = readFileSync(join(RIVALS, 'package-lock.json'), 'utf8')
  const stamp = join(RIVALS, 'node_modules/.package-lock.json')
  if (existsSync(stamp) && isSamePackages(readFileSync(stamp, 'utf8'), lock)) return
  console.log('Installing the SDKs to compare with (once) …')
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', words, { cwd: RIVALS, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The one that npm leaves behind lacks what the lock has of other platforms. */
function isSamePackages(installed: string, lock: string): boolean {
  type Lock = { packages: Record<string, { version?: string }> }
  const wanted = (JSON.parse(lock) as Lock).packages
  return Object.entries((JSON.parse(installed) as Lock).packages).every(
    ([path, { version }]) => wanted[path]?.version === version,
  )
}

/** @throws Error for a name that there is not, rather than measure nothing */
function chosen(list: string | undefined, known: readonly string[]): string[] | undefined {
  const names = list?.split(',').map((name) => name.trim())
  const wrong = names?.find((name) => !known.includes(name))
  if (wrong !== undefined) throw new Error(`${wrong} is none of ${known.join(', ')}`)
  return names
}
