import { join } from 'node:path'
import { PACKAGES, RIVALS } from './sdk-adapter.ts'
import { runProgram, type Sink } from './sdk-processes.ts'
import { median } from './sdk-statistics.ts'
import type { Row, Section } from './sdk-table.ts'

const ROUNDS = 9
const MEGABYTE = 1024 * 1024

type Run = { wallMs: number; cpuMs: number; rss: number; heapUsed: number }
type Mode = 'import' | 'require' | 'init'

/** What loading and starting each SDK adds to a process that does nothing else. */
export async function measureStart(names: readonly string[], sink: Sink): Promise<Section> {
  const runs = new Map<string, Run[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['bare', ...names]) {
      for (const mode of ['import', 'require', 'init'] as const) {
        const key = `${name} ${mode}`
        if (sink.refusalOf(name) && mode === 'init') continue
        const run = (await start(name, mode, sink)) as Run
        // The first one reads the files from the disk.
        if (round > 0) runs.set(key, [...(runs.get(key) ?? []), run])
      }
    }
  }
  const best = (key: string, field: keyof Run) =>
    Math.min(...(runs.get(key) ?? []).map((run) => run[field]))
  const middle = (key: string, field: keyof Run) =>
    median((runs.get(key) ?? []).map((run) => run[field]))
  const over = (name: string, mode: Mode, field: keyof Run, of: typeof best) =>
    of(`${name} ${mode}`, field) - of(`bare ${mode}`, field)
  const figuresOf = (name: string) => [
    over(name, 'require', 'wallMs', best),
    over(name, 'import', 'wallMs', best),
    over(name, 'init', 'wallMs', best),
    over(name, 'init', 'wallMs', middle),
    over(name, 'init', 'cpuMs', middle),
    over(name, 'init', 'rss', best) / MEGABYTE,
    over(name, 'init', 'rss', middle) / MEGABYTE,
    over(name, 'init', 'heapUsed', middle) / MEGABYTE,
  ]
  const rows = names.map((name): Row => {
    const sdk = PACKAGES[name] ?? name
    const refusal = sink.refusalOf(name)
    return refusal ? { sdk, refusal } : { sdk, figures: figuresOf(name) }
  })
  const bare: Row = {
    sdk: 'bare node (absolute)',
    figures: [
      best('bare require', 'wallMs'),
      best('bare import', 'wallMs'),
      best('bare init', 'wallMs'),
      middle('bare init', 'wallMs'),
      middle('bare init', 'cpuMs'),
      best('bare init', 'rss') / MEGABYTE,
      middle('bare init', 'rss') / MEGABYTE,
      middle('bare init', 'heapUsed') / MEGABYTE,
    ],
  }
  return { name: 'start', title: 'Cold start, over bare', columns: COLUMNS, rows: [bare, ...rows] }
}

const COLUMNS: Section['columns'] = [
  { name: 'requireMs', label: 'require, ms min' },
  { name: 'importMs', label: 'import, ms min' },
  { name: 'initMs', label: '+ init, ms min', target: 15, better: 'lower' },
  { name: 'initMedianMs', label: 'median', target: 15, better: 'lower' },
  { name: 'initCpuMs', label: 'CPU ms' },
  { name: 'rssMb', label: 'RSS, MB min', target: 6, better: 'lower' },
  { name: 'rssMedianMb', label: 'median', target: 6, better: 'lower' },
  { name: 'heapMb', label: 'heap, MB' },
]

function start(name: string, mode: Mode, { port }: Sink): Promise<Record<string, number>> {
  const specifier = name === 'bare' ? [] : [PACKAGES[name] ?? name]
  if (mode === 'import') return runProgram(join(RIVALS, 'start.mjs'), ['import', ...specifier])
  if (mode === 'require') return runProgram(join(RIVALS, 'start.cjs'), ['require', ...specifier])
  return runProgram(join(RIVALS, 'start.cjs'), ['init', name, String(port)])
}
