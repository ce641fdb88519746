import { join } from 'node:path'
import { PACKAGES } from './sdk-adapter.ts'
import { hostileObjects, hostileTexts } from './sdk-hostile-values.ts'
import { runProgram, type Sink } from './sdk-processes.ts'
import type { Row, Section } from './sdk-table.ts'

const PROGRAM = join(import.meta.dirname, 'sdk-hostile-program.js')
const TIMEOUT_MS = 5_000
const TEXT_TARGET_MS = 1
const OBJECT_TARGET_MS = 10

type Kind = 'text' | 'thrown' | 'extra'
type Outcome = { callMs: number; end: 'returned' | 'threw' | 'died' | 'no end' }

const CASES: { kind: Kind; value: string }[] = [
  ...Object.keys(hostileTexts).map((value) => ({ kind: 'text' as const, value })),
  ...Object.keys(hostileObjects).flatMap((value) => [
    { kind: 'thrown' as const, value },
    { kind: 'extra' as const, value },
  ]),
]

/**
 * What hostile errors and data cost the call that is given them, and what becomes of the process.
 * Each value has a process of its own. Prints a line for each value, before the table of sums.
 */
export async function measureHostile(names: readonly string[], sink: Sink): Promise<Section> {
  const subjects = names.filter((name) => !sink.refusalOf(name))
  const outcomes = new Map<string, Map<string, Outcome>>(names.map((name) => [name, new Map()]))
  console.log(line('Hostile, ms in the call', 'target', subjects))
  for (const { kind, value } of CASES) {
    const targetMs = kind === 'text' ? TEXT_TARGET_MS : OBJECT_TARGET_MS
    const label = `${kind}: ${value}`
    const cells: string[] = []
    for (const name of subjects) {
      const outcome = await outcomeOf({ name, kind, value }, sink)
      outcomes.get(name)?.set(label, outcome)
      cells.push(cellOf(name, outcome, targetMs))
    }
    console.log(line(label, targetMs.toFixed(0), cells))
  }
  console.log()
  return {
    name: 'hostile',
    title: 'Hostile, in all',
    columns: COLUMNS,
    rows: names.map((name) => rowOf(name, outcomes.get(name) ?? new Map(), sink)),
  }
}

const COLUMNS: Section['columns'] = [
  { name: 'worstTextMs', label: 'worst text, ms', target: TEXT_TARGET_MS, better: 'lower' },
  { name: 'worstObjectMs', label: 'worst object, ms', target: OBJECT_TARGET_MS, better: 'lower' },
  { name: 'overTextTarget', label: 'texts over 1 ms', target: 0, better: 'lower', digits: 0 },
  { name: 'overObjectTarget', label: 'objects over 10 ms', target: 0, better: 'lower', digits: 0 },
  { name: 'threw', label: 'threw', target: 0, better: 'lower', digits: 0 },
  { name: 'died', label: 'died', target: 0, better: 'lower', digits: 0 },
  { name: 'noEnd', label: 'no end in 5 s', target: 0, better: 'lower', digits: 0 },
]

async function outcomeOf(
  { name, kind, value }: { name: string; kind: Kind; value: string },
  { port }: Sink,
): Promise<Outcome> {
  try {
    const words = [name, String(port), kind, value]
    const { callMs = Number.NaN, threw } = await runProgram(PROGRAM, words, {}, TIMEOUT_MS)
    return { callMs, end: threw ? 'threw' : 'returned' }
  } catch (error) {
    const isLate = error instanceof Error && error.message.startsWith('not done')
    return { callMs: Number.NaN, end: isLate ? 'no end' : 'died' }
  }
}

function cellOf(name: string, { callMs, end }: Outcome, targetMs: number): string {
  const text = Number.isNaN(callMs) ? end : `${end === 'threw' ? 'threw ' : ''}${callMs.toFixed(2)}`
  if (name !== 'mayday') return text
  return `${text} ${end === 'returned' && callMs <= targetMs ? '✓' : '✗'}`
}

function rowOf(name: string, outcomes: Map<string, Outcome>, sink: Sink): Row {
  const sdk = PACKAGES[name] ?? name
  const refusal = sink.refusalOf(name)
  if (refusal) return { sdk, refusal }
  const timesOf = (isText: boolean) =>
    [...outcomes]
      .filter(([label, { callMs }]) => label.startsWith('text') === isText && !Number.isNaN(callMs))
      .map(([, { callMs }]) => callMs)
  const ended = (how: Outcome['end']) =>
    [...outcomes.values()].filter(({ end }) => end === how).length
  const over = (isText: boolean, ms: number) => timesOf(isText).filter((time) => time > ms).length
  return {
    sdk,
    figures: [
      worstOf(timesOf(true)),
      worstOf(timesOf(false)),
      over(true, TEXT_TARGET_MS),
      over(false, OBJECT_TARGET_MS),
      ended('threw'),
      ended('died'),
      ended('no end'),
    ],
  }
}

/** Of none that returned, there is no worst to be proud of. */
function worstOf(timesMs: number[]): number {
  return timesMs.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...timesMs)
}

function line(label: string, target: string, cells: readonly string[]): string {
  return [label.padEnd(36), target.padStart(6), ...cells.map((cell) => cell.padStart(12))].join(' ')
}
