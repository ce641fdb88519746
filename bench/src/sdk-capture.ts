import { join } from 'node:path'
import { PACKAGES } from './sdk-adapter.ts'
import { runProgram, type Sink } from './sdk-processes.ts'
import { median } from './sdk-statistics.ts'
import type { Row, Section } from './sdk-table.ts'

const PROGRAM = join(import.meta.dirname, 'sdk-capture-program.js')
const RUNS = 2
const SIZES = [
  { frames: 10, callUs: 40, totalUs: 200 },
  { frames: 50, callUs: 120, totalUs: 500 },
]

/** What one captured error costs, in the call and in all. */
export async function measureCapture(names: readonly string[], sink: Sink): Promise<Section[]> {
  const sections: Section[] = []
  for (const { frames, callUs, totalUs } of SIZES) {
    const runs = new Map<string, Record<string, number>[]>()
    const failures = new Map<string, string>()
    for (let round = 0; round < RUNS; round++) {
      for (const name of ['bare', ...names]) {
        const refusal = sink.refusalOf(name) ?? failures.get(name)
        if (refusal) failures.set(name, refusal)
        else await runOnce(name, frames, { sink, runs, failures })
      }
    }
    sections.push({
      name: `capture.${frames}`,
      title: `Capture, ${frames} frames`,
      columns: [
        { name: 'callMinUs', label: 'call, µs min' },
        { name: 'callMedianUs', label: 'median', target: callUs, better: 'lower' },
        { name: 'callP99Us', label: 'p99' },
        { name: 'totalMinUs', label: 'all CPU, µs min' },
        { name: 'totalMedianUs', label: 'median', target: totalUs, better: 'lower' },
        { name: 'firstUs', label: 'first call, µs' },
        { name: 'bytes', label: 'B/event', digits: 0 },
        { name: 'arrived', label: '% arrived', digits: 0 },
      ],
      rows: ['bare', ...names].map((name) => rowOf(name, runs.get(name) ?? [], failures.get(name))),
    })
  }
  return sections
}

async function runOnce(
  name: string,
  frames: number,
  {
    sink,
    runs,
    failures,
  }: {
    sink: Sink
    runs: Map<string, Record<string, number>[]>
    failures: Map<string, string>
  },
): Promise<void> {
  await sink.take()
  try {
    const words = [name, String(sink.port), String(frames)]
    const result = await runProgram(PROGRAM, words, { BENCH_UNLIMITED: '1' })
    const { events, bytes } = await sink.take()
    const arrived = (events / (result.captured ?? 1)) * 100
    const run = { ...result, bytes: events === 0 ? 0 : bytes / events, arrived }
    runs.set(name, [...(runs.get(name) ?? []), run])
  } catch (error) {
    failures.set(name, error instanceof Error ? error.message : String(error))
  }
}

/** The best of the runs for a minimum, the middle one for the rest. */
function rowOf(name: string, runs: Record<string, number>[], failure: string | undefined): Row {
  const sdk = PACKAGES[name] ?? 'bare (reads the stack)'
  if (failure !== undefined) return { sdk, refusal: failure }
  const all = (field: string) => runs.map((run) => run[field] ?? Number.NaN)
  return {
    sdk,
    figures: [
      Math.min(...all('callMinUs')),
      median(all('callMedianUs')),
      median(all('callP99Us')),
      Math.min(...all('totalMinUs')),
      median(all('totalMedianUs')),
      median(all('firstUs')),
      name === 'bare' ? undefined : median(all('bytes')),
      name === 'bare' ? undefined : median(all('arrived')),
    ],
  }
}
