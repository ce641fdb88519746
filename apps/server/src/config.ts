import { resolve } from 'node:path'

export const ROLES = ['intake', 'digest', 'web'] as const
export type Role = (typeof ROLES)[number]

/** Everything that can be set, checked and typed. Made once, by `loadConfig`. */
export type Config = {
  port: number
  host: string
  /** Public address without a trailing slash; goes into DSNs and links. */
  url: string
  /** Absolute path of the folder for the journal, the secret and the embedded database. */
  dataDir: string
  /** Absent: the embedded PostgreSQL. */
  databaseUrl: string | undefined
  roles: readonly Role[]
  /** Absent: made and kept in the data folder. */
  secret: string | undefined
  admin: { email: string; password: string } | undefined
  retentionDays: number
  journalMaxBytes: number
}

/** A mistake in the environment; the message is one line that names the setting. */
export class ConfigError extends Error {}

/** @throws ConfigError naming the first wrong setting, what it was and what it may be. */
export function loadConfig(env: NodeJS.ProcessEnv, cwd = process.cwd()): Config {
  const port = integer(env, 'PORT', 9500, 0, 65_535)
  const host = env.HOST || '127.0.0.1'
  return {
    port,
    host,
    url: publicUrl(env, host, port),
    dataDir: resolve(cwd, env.MAYDAY_DATA || 'mayday-data'),
    databaseUrl: databaseUrl(env),
    roles: roles(env),
    secret: secret(env),
    admin: admin(env),
    retentionDays: integer(env, 'MAYDAY_RETENTION_DAYS', 90, 1, 3650),
    journalMaxBytes: integer(env, 'MAYDAY_JOURNAL_MAX_MB', 2048, 64, 1_048_576) * 1024 * 1024,
  }
}

function integer(env: NodeJS.ProcessEnv, name: string, usual: number, least: number, most: number) {
  const text = env[name]
  if (text === undefined || text === '') return usual
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new ConfigError(`${name} is "${text}"; it must be a whole number from ${least} to ${most}`)
}

function publicUrl(env: NodeJS.ProcessEnv, host: string, port: number): string {
  const text = env.MAYDAY_URL
  if (!text) {
    const shown = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host) ? 'localhost' : host
    return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new ConfigError(`MAYDAY_URL is "${text}"; it must look like https://mayday.example.com`)
  }
  return url.href.replace(/\/+$/, '')
}

function databaseUrl(env: NodeJS.ProcessEnv): string | undefined {
  const text = env.DATABASE_URL
  if (!text) return undefined
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text
  // The value may hold a password, so it is not repeated.
  throw new ConfigError('DATABASE_URL must look like postgres://user:password@host:5432/name')
}

function roles(env: NodeJS.ProcessEnv): readonly Role[] {
  const text = env.MAYDAY_ROLES
  if (!text) return ROLES
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !ROLES.includes(name as Role))
  if (wrong !== undefined) {
    throw new ConfigError(`MAYDAY_ROLES has "${wrong}"; it may list ${ROLES.join(', ')}`)
  }
  return ROLES.filter((role) => names.includes(role))
}

function secret(env: NodeJS.ProcessEnv): string | undefined {
  const text = env.MAYDAY_SECRET
  if (!text) return undefined
  if (text.length >= 32) return text
  throw new ConfigError('MAYDAY_SECRET is too short; it must have at least 32 characters')
}

function admin(env: NodeJS.ProcessEnv): Config['admin'] {
  const email = env.MAYDAY_ADMIN_EMAIL
  const password = env.MAYDAY_ADMIN_PASSWORD
  if (!email && !password) return undefined
  if (!email) throw new ConfigError('MAYDAY_ADMIN_EMAIL is missing beside MAYDAY_ADMIN_PASSWORD')
  if (!password) throw new ConfigError('MAYDAY_ADMIN_PASSWORD is missing beside MAYDAY_ADMIN_EMAIL')
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new ConfigError(`MAYDAY_ADMIN_EMAIL is "${email}"; it must be an e-mail address`)
  }
  if (password.length < 12 || password.length > 128) {
    throw new ConfigError('MAYDAY_ADMIN_PASSWORD must have 12 to 128 characters')
  }
  return { email, password }
}
