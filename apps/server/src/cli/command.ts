import { type ParseArgsConfig, parseArgs } from 'node:util'

export type Options = NonNullable<ParseArgsConfig['options']>
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>

export type Command = {
  /** As typed, such as `project create`. */
  name: string
  summary: string
  /** What follows the name, such as `ORG/PROJECT`. */
  parameters: string
  /** One line each: option and what it does. */
  help: readonly (readonly [option: string, effect: string])[]
  options: Options
  /** How many words without a dash it takes. */
  positionals: number
  load(): Promise<Run>
}

/** @returns the exit code */
export type Run = (values: Values, positionals: string[]) => Promise<number>

/** What was asked for cannot be done; the message is the one line that people see. Exit code 1. */
export class CommandError extends Error {}

/** The command line is wrong. Exit code 2. */
export class UsageError extends Error {}

/** @throws UsageError naming what is wrong */
export function parseCommandLine(command: Command, words: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    })
    if (values.help !== true && positionals.length !== command.positionals) {
      throw new UsageError(
        positionals.length < command.positionals
          ? `${command.parameters.split(' ')[0]} is missing`
          : `"${positionals[command.positionals]}" is one word too many`,
      )
    }
    return { values: values as Values, positionals }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(firstSentence((error as Error).message))
  }
}

export function helpOf(command: Command): string {
  const rows = [...command.help, ['-h, --help', 'Show this help'] as const]
  return [
    `Usage: mayday ${[command.name, command.parameters, '[options]'].filter(Boolean).join(' ')}`,
    '',
    command.summary,
    '',
    'Options:',
    ...table(rows),
    '',
  ].join('\n')
}

/** Rows of two columns, the second ones under each other. */
export function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`)
}

/** Node adds advice about `--` that helps nobody here. */
function firstSentence(message: string): string {
  return message.split(/\. |\n/)[0] ?? message
}
