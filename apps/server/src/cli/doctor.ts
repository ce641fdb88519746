import type { Values } from './command.ts'
import { diagnose } from './diagnosis.ts'
import { describe } from './diagnosis-text.ts'
import { loadCommandConfig } from './running-server.ts'

export async function doctor(values: Values): Promise<number> {
  const diagnosis = await diagnose(loadCommandConfig())
  process.stdout.write(
    values.json ? `${JSON.stringify(diagnosis, null, 2)}\n` : describe(diagnosis),
  )
  return diagnosis.problems.length === 0 ? 0 : 1
}
