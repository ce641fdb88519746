import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MEMORY_LIMIT_MB = 32
const MAX_EVIDENCE_CHARS = 2000

export class ExportProcessDied extends Error {
  override readonly name = 'ExportProcessDied'
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly memoryLimitMb: number = MEMORY_LIMIT_MB
  readonly stderr: string[]

  constructor(exitCode: number | null, signal: NodeJS.Signals | null, stderr: string) {
    super('The export process ended before the export did')
    this.exitCode = exitCode
    this.signal = signal
    this.stderr = stderr.slice(0, MAX_EVIDENCE_CHARS).trim().split('\n')
  }
}

/** Exports in a process of its own, which V8 aborts when its heap is full. */
export async function exportOrders(): Promise<void> {
  const script = fileURLToPath(new URL('./load-everything.js', import.meta.url))
  const child = spawn(process.execPath, [`--max-old-space-size=${MEMORY_LIMIT_MB}`, script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const [exitCode, signal] = await once(child, 'close')
  if (exitCode !== 0) throw new ExportProcessDied(exitCode, signal, stderr)
}
