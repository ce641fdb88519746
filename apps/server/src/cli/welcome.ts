import type { FirstProject } from './first-run.ts'

/** What a person sees when the server runs: where it is, how to get in, what to paste. */
export function welcome(parts: {
  url: string
  project: FirstProject | undefined
  signInUrl: string | undefined
}): string {
  const { url, project, signInUrl } = parts
  const lines = ['', `Mayday is running at ${url}`, '']
  if (signInUrl !== undefined) {
    lines.push('Sign in with this link (works once, for 24 hours):', '', `  ${signInUrl}`, '')
  }
  if (project) {
    const { organization, dsn } = project
    lines.push(`DSN of ${organization}/${project.project}:`, '', `  ${dsn}`, '')
    lines.push('Give it to any Sentry SDK, or paste this into an Express app:', '')
    lines.push(...snippet(dsn).map((line) => `  ${line}`.trimEnd()), '')
  }
  return `${lines.join('\n')}\n`
}

function snippet(dsn: string): string[] {
  return [
    `import * as Mayday from '@mayday/node'`,
    `Mayday.init({ dsn: '${dsn}' })`,
    '',
    'const app = express()',
    `app.get('/', () => { throw new Error('My first Mayday') })`,
    'app.use(Mayday.expressErrorHandler()) // after all routes',
  ]
}
