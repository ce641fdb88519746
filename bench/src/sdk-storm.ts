import { join } from 'node:path'
import { PACKAGES } from './sdk-adapter.ts'
import { runProgram, type Sink } from './sdk-processes.ts'
import type { Column, Row, Section } from './sdk-table.ts'

const PROGRAM = join(import.meta.dirname, 'sdk-storm-program.js')
const COUNT = 10_000
/** S05 of the reliability list, which the others would need minutes for. */
const MANY = 100_000

/** What a loop that does nothing but fail does to the process, and what of it arrives. */
export async function measureStorm(names: readonly string[], sink: Sink): Promise<Section[]> {
  const everyone = ['bare', ...names]
  const ours = everyone.filter((name) => name === 'bare' || name === 'mayday')
  return [
    await measureKind('identical', COUNT, everyone, sink),
    await measureKind('distinct', COUNT, everyone, sink),
    await measureKind('identical', MANY, ours, sink),
    await measureKind('distinct', MANY, ours, sink),
  ]
}

async function measureKind(
  kind: 'identical' | 'distinct',
  count: number,
  names: readonly string[],
  sink: Sink,
): Promise<Section> {
  const rows: Row[] = []
  for (const name of names) rows.push(await stormRow(name, kind, count, sink))
  return {
    name: `storm.${kind}.${count}`,
    title: `${count.toLocaleString('en')} ${kind}`,
    columns: columnsFor(kind),
    rows,
  }
}

function columnsFor(kind: 'identical' | 'distinct'): Column[] {
  return [
    { name: 'requests', label: 'requests', digits: 0 },
    {
      name: 'events',
      label: 'events',
      digits: 0,
      ...(kind === 'identical' ? { target: 1, better: 'lower' as const } : {}),
    },
    { name: 'onEvents', label: 'counted on events', digits: 0 },
    { name: 'inReports', label: 'in reports', digits: 0 },
    { name: 'kilobytes', label: 'KB', digits: 0 },
    { name: 'loopMs', label: 'loop, ms', digits: 0 },
    { name: 'cpuMs', label: 'CPU, ms', digits: 0 },
    { name: 'delayP99Ms', label: 'delay after, p99 ms', target: 20, better: 'lower' },
    { name: 'delayMaxMs', label: 'max' },
    { name: 'overStartMb', label: 'RSS over start, MB', target: 16, better: 'lower' },
  ]
}

async function stormRow(name: string, kind: string, count: number, sink: Sink): Promise<Row> {
  const sdk = PACKAGES[name] ?? 'bare (reads the stack)'
  const refusal = sink.refusalOf(name)
  if (refusal) return { sdk, refusal }
  await sink.take()
  try {
    const run = await runProgram(PROGRAM, [name, String(sink.port), kind, String(count)])
    const { requests, events, onEvents, inReports, bytes } = await sink.take()
    const sent = name === 'bare' ? [] : [requests, events, onEvents, inReports, bytes / 1000]
    const cost = [run.loopMs, run.cpuMs, run.delayP99Ms, run.delayMaxMs, run.overStartMb]
    return { sdk, figures: [...(name === 'bare' ? Array<undefined>(5) : sent), ...cost] }
  } catch (error) {
    return { sdk, refusal: error instanceof Error ? error.message : String(error) }
  }
}
