import { PACKAGES } from './sdk-adapter.ts'
import { getFor } from './sdk-load.ts'
import { type Asked, type Sink, startAsked } from './sdk-processes.ts'
import { median } from './sdk-statistics.ts'
import type { Row, Section } from './sdk-table.ts'

const ROUNDS = 5
const WARM_UP_MS = 400
const ROUND_MS = 600

const FRAMEWORKS = [
  { framework: 'http', label: 'node:http', ratio: 0.95 },
  { framework: 'fastify', label: 'Fastify 5', ratio: 0.95 },
  { framework: 'express', label: 'Express 5', ratio: 0.97 },
]
const CPU_TARGET_US = 3

type Round = { perSecond: number; cpuUs: number }

/** What each SDK costs a request that succeeds, in servers that run side by side and in turns. */
export async function measureServers(names: readonly string[], sink: Sink): Promise<Section[]> {
  const sections: Section[] = []
  for (const { framework, label, ratio } of FRAMEWORKS) {
    const subjects = ['bare', ...names.filter((name) => !sink.refusalOf(name))]
    const rounds = await measureFramework(framework, subjects, sink)
    sections.push({
      name: `servers.${framework}`,
      title: label,
      columns: [
        { name: 'perSecond', label: 'requests/s', digits: 0 },
        { name: 'ratio', label: '÷ bare', target: ratio, better: 'higher', digits: 2 },
        { name: 'cpuUs', label: 'CPU µs', digits: 1 },
        { name: 'overUs', label: 'over bare', target: CPU_TARGET_US, better: 'lower' },
      ],
      rows: rowsOf(rounds, ['bare', ...names], sink),
    })
  }
  return sections
}

async function measureFramework(
  framework: string,
  subjects: readonly string[],
  sink: Sink,
): Promise<Map<string, Round[]>> {
  const servers = new Map<string, Asked>()
  const rounds = new Map<string, Round[]>(subjects.map((name) => [name, []]))
  try {
    for (const name of subjects) {
      const env = { BENCH_FRAMEWORK: framework }
      const server = await startAsked('sdk-serve.js', [framework, name, String(sink.port)], { env })
      servers.set(name, server)
      await getFor(Number(server.ready.port), WARM_UP_MS)
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, server] of servers) rounds.get(name)?.push(await measureRound(server))
    }
  } finally {
    for (const server of servers.values()) await server.stop()
  }
  return rounds
}

async function measureRound(server: Asked): Promise<Round> {
  const before = Number(await server.ask('cpu'))
  const requests = await getFor(Number(server.ready.port), ROUND_MS)
  const cpuUs = (Number(await server.ask('cpu')) - before) / requests
  return { perSecond: requests / (ROUND_MS / 1000), cpuUs }
}

/** The ratio is of each round for itself, since other programs share the machine. */
function rowsOf(rounds: Map<string, Round[]>, names: readonly string[], sink: Sink): Row[] {
  const bare = rounds.get('bare') ?? []
  const leastUs = (of: readonly Round[]) => Math.min(...of.map(({ cpuUs }) => cpuUs))
  return names.map((name) => {
    const sdk = PACKAGES[name] ?? 'bare'
    const refusal = sink.refusalOf(name)
    if (refusal) return { sdk, refusal }
    const own = rounds.get(name) ?? []
    const ratios = own.map(({ perSecond }, at) => perSecond / (bare[at]?.perSecond ?? Number.NaN))
    return {
      sdk,
      figures: [
        median(own.map(({ perSecond }) => perSecond)),
        median(ratios),
        leastUs(own),
        leastUs(own) - leastUs(bare),
      ],
    }
  })
}
