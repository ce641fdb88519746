import { SCOPES } from '@mayday/protocol/api/account'
import type { Command } from './command.ts'

const JSON_OPTION = { type: 'boolean' } as const

/** What can be typed. The work behind a command is loaded when it is asked for: --help need not wait. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'start',
    summary: 'Run the server, with its own PostgreSQL unless DATABASE_URL is set',
    parameters: '',
    help: [['--demo', 'Also run a small shop whose routes fail, and send it visitors']],
    options: { demo: { type: 'boolean' } },
    positionals: 0,
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'project create',
    summary: 'Create a project, or show the one that is there, and print its DSN',
    parameters: 'ORG/PROJECT',
    help: [
      ['--platform PLATFORM', 'Kind of program, such as node or python'],
      ['--json', 'Print {"organization","project","id","dsn"}'],
    ],
    options: { platform: { type: 'string' }, json: JSON_OPTION },
    positionals: 1,
    load: async () => (await import('./project-create.ts')).createProject,
  },
  {
    name: 'token create',
    summary: 'Create a token for the web API and print it, once',
    parameters: '',
    help: [
      ['--scope SCOPE', `May be repeated: ${SCOPES.join(', ')}`],
      ['--name NAME', 'What it is for, as shown in the settings'],
      ['--organization ORG', 'Organisation that it opens; else that of the newest project'],
      ['--json', 'Print {"token"}'],
    ],
    options: {
      scope: { type: 'string', multiple: true },
      name: { type: 'string' },
      organization: { type: 'string' },
      json: JSON_OPTION,
    },
    positionals: 0,
    load: async () => (await import('./token-create.ts')).createApiToken,
  },
  {
    name: 'send-event',
    summary: 'Send a test event the way an SDK does, and tell where to see it',
    parameters: '',
    help: [
      ['--dsn DSN', 'Where to send; else the first project of this server'],
      ['-m, --message TEXT', 'Message of the event'],
      ['--json', 'Print {"eventId","url"}'],
    ],
    options: {
      dsn: { type: 'string' },
      message: { type: 'string', short: 'm' },
      json: JSON_OPTION,
    },
    positionals: 0,
    load: async () => (await import('./send-event.ts')).sendEvent,
  },
  {
    name: 'doctor',
    summary: 'Check database, journal, disk and server; exit code 1 when something is wrong',
    parameters: '',
    help: [['--json', 'Print everything as one JSON object']],
    options: { json: JSON_OPTION },
    positionals: 0,
    load: async () => (await import('./doctor.ts')).doctor,
  },
]
