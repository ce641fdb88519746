import type { DataSource } from 'typeorm'
import type { Config } from '../config.ts'
import { sqlOne } from '../db/sql.ts'
import { CommandError } from './command.ts'

const OLDEST_MAJOR = 15

/** Codes of PostgreSQL for a server that is there but starts, stops or is full; and class 08, lost connections. */
const AWAY_STATES = /^(08...|57P0[123]|53300)$/
const AWAY_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENOENT',
]

/** @throws CommandError when PostgreSQL is older than 15 */
export async function checkVersion(database: DataSource): Promise<string> {
  const row = await sqlOne<{ number: string; version: string }>(
    database,
    `select current_setting('server_version_num') as number, current_setting('server_version') as version`,
  )
  if (row && Number(row.number) >= OLDEST_MAJOR * 10_000) return row.version
  throw new CommandError(
    `the database runs PostgreSQL ${row?.version}; Mayday needs ${OLDEST_MAJOR} or newer`,
  )
}

/** True when waiting may help; false when the settings or the database itself must change. */
export function isDatabaseAway(error: unknown): boolean {
  return causesOf(error).some(({ code, message }) => {
    if (code !== undefined) return AWAY_CODES.includes(code) || AWAY_STATES.test(code)
    return /timeout|terminated unexpectedly/i.test(message)
  })
}

/** One line; never the URL, which may hold a password. */
export function describeDatabaseError(error: unknown, { databaseUrl }: Config): string {
  if (error instanceof CommandError) return error.message
  const [cause] = causesOf(error).filter(({ message }) => message !== '')
  const reason = cause?.message.replaceAll('\n', ' ') ?? String(error)
  const which = databaseUrl === undefined ? 'the embedded database' : 'the database (DATABASE_URL)'
  return `${which} cannot be used: ${reason}`
}

/** Node gives one error per address tried; pg passes them on. */
function causesOf(error: unknown): { code?: string; message: string }[] {
  if (error instanceof AggregateError) return error.errors.flatMap(causesOf)
  return [error as { code?: string; message: string }]
}
