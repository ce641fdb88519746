import { readFile, rename, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type FatalReport, parseFatalReport } from './fatal-report.ts'
import { MAX_RUN_FILE_BYTES, type RunFileName, readRunFile, runFileName } from './run-file.ts'
import type { RunRecord } from './run-record.ts'

const MAX_REPORT_BYTES = 4 * 1024 * 1024

/** What a process has left, which nobody else gets any more. */
export type ClaimedRun = { record: RunRecord | undefined; report: FatalReport | undefined }

/**
 * Takes what a dead process left out of the folder. Of several that try, one succeeds.
 *
 * @returns undefined when another was first; rejects with what the file system says
 */
export async function claimRun(
  folder: string,
  { kind, pid, startedAtMs }: RunFileName,
): Promise<ClaimedRun | undefined> {
  const claimed = join(folder, `taken-${pid}-${startedAtMs}-by-${process.pid}`)
  try {
    await rename(join(folder, runFileName(kind, pid, startedAtMs)), claimed)
  } catch {
    // Gone: the process that has it now tells of it.
    return undefined
  }
  if (kind === 'report') return { record: undefined, report: await takeReport(claimed) }
  const record = readRunFile(await readBounded(claimed, MAX_RUN_FILE_BYTES))
  await unlink(claimed)
  const report = await takeReport(join(folder, runFileName('report', pid, startedAtMs)))
  return { record, report }
}

/** Reads what is needed of the report and deletes it, since it may hold secrets. */
async function takeReport(path: string): Promise<FatalReport | undefined> {
  try {
    return parseFatalReport((await readBounded(path, MAX_REPORT_BYTES)).toString())
  } catch {
    // There is none, as a rule.
    return undefined
  } finally {
    await unlink(path).catch(() => undefined)
  }
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(path)
  return size > maxBytes ? Buffer.alloc(0) : readFile(path)
}
