import type { Command } from './command.ts'
import { diagnose } from './diagnosis.ts'
import { describe } from './diagnosis-text.ts'
import { loadCommandConfig } from './running-server.ts'

export const doctor: Command = {
  name: 'doctor',
  summary: 'Check database, journal, disk and server; exit code 1 when something is wrong',
  parameters: '',
  help: [['--json', 'Print everything as one JSON object']],
  options: { json: { type: 'boolean' } },
  positionals: 0,
  async run(values) {
    const diagnosis = await diagnose(loadCommandConfig())
    process.stdout.write(
      values.json ? `${JSON.stringify(diagnosis, null, 2)}\n` : describe(diagnosis),
    )
    return diagnosis.problems.length === 0 ? 0 : 1
  },
}
