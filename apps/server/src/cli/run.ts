import { ConfigError } from '../config.ts'
import { EmbeddedPostgresError } from '../db/embedded-postgres-error.ts'
import { CommandError, helpOf, parseCommandLine, table, UsageError } from './command.ts'
import { COMMANDS } from './commands.ts'
import { VERSION } from './version.ts'

/** Runs one command line. Expected failures end in one line on stderr, without a stack. */
export async function runCli(words: string[]): Promise<number> {
  try {
    return await dispatch(words)
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`mayday: ${error.message}; see mayday --help\n`)
      return 2
    }
    if (!isExpected(error)) throw error
    process.stderr.write(`mayday: ${error.message.replaceAll('\n', ' ')}\n`)
    return 1
  }
}

async function dispatch(words: string[]): Promise<number> {
  const [first, second] = words
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    process.stdout.write(overview())
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-v') {
    process.stdout.write(`${VERSION}\n`)
    return 0
  }
  if (first.startsWith('-')) throw new UsageError(`Unknown option '${first}'`)
  const command = COMMANDS.find(({ name }) => name === first || name === `${first} ${second}`)
  if (!command) throw new UsageError(`there is no command "${[first, second].join(' ').trim()}"`)
  const rest = words.slice(command.name.split(' ').length)
  const { values, positionals } = parseCommandLine(command, rest)
  if (values.help === true) {
    process.stdout.write(helpOf(command))
    return 0
  }
  const run = await command.load()
  return run(values, positionals)
}

function overview(): string {
  const rows = COMMANDS.map((one) => [`${one.name} ${one.parameters}`.trim(), one.summary] as const)
  return [
    'Usage: mayday COMMAND [options]',
    '',
    'Commands:',
    ...table(rows),
    '',
    'mayday COMMAND --help shows the options of one. Settings come from the environment: docs/running.md.',
    '',
  ].join('\n')
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof CommandError ||
    error instanceof ConfigError ||
    error instanceof EmbeddedPostgresError
  )
}
