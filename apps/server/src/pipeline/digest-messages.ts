/** Records by their end (`segment:position`) with the number of times they have stopped the thread. */
export type Strikes = Record<string, number>

export type DigestLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Record<string, unknown>,
) => void

/** Since the start. `lagMs`: age of the newest stored record, by the clock of intake. */
export type DigestProgress = {
  digested: number
  duplicates: number
  rejected: number
  deadLetters: number
  lagMs: number
}

/** What the digest thread is given at its start. */
export type DigestWorkerData = {
  databaseUrl: string
  journalDir: string
  retentionDays: number
  signal: SharedArrayBuffer
  strikes: Strikes
}

export type ToDigest = 'wake' | 'stop'

export type FromDigest =
  | { type: 'log'; line: Parameters<DigestLog> }
  | { type: 'progress'; progress: DigestProgress }
