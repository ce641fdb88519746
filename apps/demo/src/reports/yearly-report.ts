import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const MEMORY_LIMIT_MB = 24

export class ReportFailed extends Error {
  override readonly name = 'ReportFailed'
  readonly year: number
  readonly memoryLimitMb: number

  constructor(year: number, memoryLimitMb: number, options: ErrorOptions) {
    super(`The report of ${year} ran out of memory`, options)
    this.year = year
    this.memoryLimitMb = memoryLimitMb
  }
}

/** Loads all orders of a year at once, in a thread with little memory, so that the shop survives. */
export async function yearlyReport(year: number): Promise<unknown> {
  const worker = new Worker(new URL('./load-everything.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB },
  })
  try {
    const [report] = await once(worker, 'message')
    return report
  } catch (cause) {
    throw new ReportFailed(year, MEMORY_LIMIT_MB, { cause })
  }
}
