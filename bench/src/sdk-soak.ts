import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { PACKAGES } from './sdk-adapter.ts'
import { type Sink, startAsked } from './sdk-processes.ts'
import { median } from './sdk-statistics.ts'
import type { Row, Section } from './sdk-table.ts'

const PER_SECOND = 100
const SAMPLE_MS = 5_000
/** Of the run; caches fill and code is compiled meanwhile. */
const WARM_UP_SHARE = 0.25
const MEBIBYTE = 1024 * 1024
const HOUR_MS = 3_600_000

type Sample = { atMs: number; heapUsed: number; openFiles: number; served: number }

/** S13: whether a server with the SDK holds more and more, by the heap after garbage collection. */
export async function measureSoak(
  names: readonly string[],
  sink: Sink,
  minutes: number,
): Promise<Section> {
  const subjects = ['bare', ...names.filter((name) => name === 'mayday')]
  const rows = await Promise.all(subjects.map((name) => soakRow(name, sink, minutes * 60_000)))
  return {
    name: 'soak',
    title: `${minutes} minutes, ${PER_SECOND} requests/s`,
    columns: [
      { name: 'served', label: 'served', digits: 0 },
      { name: 'heapMb', label: 'heap, MiB' },
      { name: 'slope', label: 'MiB/h', target: 1, better: 'lower', digits: 2 },
      { name: 'openFilesEarly', label: 'open files, early', digits: 0 },
      { name: 'openFilesLate', label: 'late', digits: 0 },
    ],
    rows,
  }
}

async function soakRow(name: string, sink: Sink, ms: number): Promise<Row> {
  const words = [name, String(sink.port)]
  const server = await startAsked('sdk-soak-program.js', words, { execArgv: ['--expose-gc'] })
  const load = keepAsking(Number(server.ready.port))
  const startedAt = performance.now()
  const samples: Sample[] = []
  try {
    while (performance.now() - startedAt < ms) {
      await sleep(SAMPLE_MS)
      const sample = (await server.ask('sample')) as Omit<Sample, 'atMs'>
      samples.push({ ...sample, atMs: performance.now() - startedAt })
    }
  } finally {
    load.stop()
    await server.stop()
  }
  const warm = samples.filter(({ atMs }) => atMs >= ms * WARM_UP_SHARE)
  const half = Math.floor(warm.length / 2)
  const openFiles = (of: Sample[]) => median(of.map((sample) => sample.openFiles))
  return {
    sdk: PACKAGES[name] ?? 'bare',
    figures: [
      samples.at(-1)?.served,
      (samples.at(-1)?.heapUsed ?? Number.NaN) / MEBIBYTE,
      slopePerHour(warm),
      openFiles(warm.slice(0, half)),
      openFiles(warm.slice(half)),
    ],
  }
}

function keepAsking(port: number): { stop(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 10 })
  const ask = () =>
    get({ port, host: '127.0.0.1', agent }, (response) => response.resume()).on('error', () => {
      // The server is ended while requests are on their way.
    })
  const timer = setInterval(ask, 1000 / PER_SECOND)
  return {
    stop() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

/** Least squares through all samples, in MiB. */
function slopePerHour(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const meanAt = mean(({ atMs }) => atMs)
  const meanHeap = mean(({ heapUsed }) => heapUsed)
  const covariance = mean(({ atMs, heapUsed }) => (atMs - meanAt) * (heapUsed - meanHeap))
  const variance = mean(({ atMs }) => (atMs - meanAt) ** 2)
  return ((covariance / variance) * HOUR_MS) / MEBIBYTE
}
