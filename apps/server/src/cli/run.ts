import { ConfigError } from '../config.ts'
import { EmbeddedPostgresError } from '../db/embedded-postgres-error.ts'
import {
  type Command,
  CommandError,
  helpOf,
  parseCommandLine,
  table,
  UsageError,
} from './command.ts'
import { VERSION } from './version.ts'

/** Loaded when asked for: a small command need not wait for the whole server. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./start.ts')).start,
  'project create': async () => (await import('./project-create.ts')).projectCreate,
  'token create': async () => (await import('./token-create.ts')).tokenCreate,
  'send-event': async () => (await import('./send-event.ts')).sendEvent,
  doctor: async () => (await import('./doctor.ts')).doctor,
}

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
    process.stdout.write(await overview())
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-v') {
    process.stdout.write(`${VERSION}\n`)
    return 0
  }
  if (first.startsWith('-')) throw new UsageError(`Unknown option '${first}'`)
  const [name, rest] = COMMANDS[first]
    ? [first, words.slice(1)]
    : [`${first} ${second ?? ''}`.trim(), words.slice(2)]
  const load = COMMANDS[name]
  if (!load) throw new UsageError(`there is no command "${name}"`)
  const command = await load()
  const { values, positionals } = parseCommandLine(command, rest)
  if (values.help === true) {
    process.stdout.write(helpOf(command))
    return 0
  }
  return command.run(values, positionals)
}

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()))
  const rows = commands.map((one) => [`${one.name} ${one.parameters}`.trim(), one.summary] as const)
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
