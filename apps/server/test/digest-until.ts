import { setTimeout as wait } from 'node:timers/promises'
import { Digest } from '../src/pipeline/digest.ts'
import type { DigestLog } from '../src/pipeline/digest-messages.ts'
import type { JournalOf } from './journal-of.ts'

export type LogLine = { level: string; message: string; facts: Record<string, unknown> | undefined }

/** Runs a digest until the cursor stands at the journal's end. Gives what it logged. */
export async function digestAll(
  databaseUrl: string,
  journal: JournalOf,
): Promise<{ digest: Digest; lines: LogLine[] }> {
  const lines: LogLine[] = []
  const log: DigestLog = (level, message, facts) => lines.push({ level, message, facts })
  const digest = new Digest({ databaseUrl, reader: journal, log })
  const running = digest.run()
  await waitFor(() => journal.released?.position === journal.end.position)
  digest.stop()
  await running
  return { digest, lines }
}

export async function waitFor(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await wait(5)
}
