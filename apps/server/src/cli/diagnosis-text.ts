import { droppedBy, reasonSentence } from '../outcomes/reason-sentence.ts'
import type { Diagnosis, OutcomeTotal } from './diagnosis.ts'

const MAX_LINES = 30

/** The diagnosis for people: what is wrong first. */
export function describe(diagnosis: Diagnosis): string {
  const { problems, versions, server, journal, database, disk } = diagnosis
  const lines = problems.length === 0 ? ['All is well.'] : problems.map((text) => `! ${text}`)
  const rows: [string, string][] = [
    ['Mayday', `${versions.mayday} on Node ${versions.node}`],
    ['Server', server.running ? `runs at ${server.url} (process ${server.pid})` : 'does not run'],
    ['Data', diagnosis.dataDir],
    ['Database', describeDatabase(database)],
    ['Journal', describeJournal(journal)],
    ['Disk', disk.freeBytes === null ? 'unknown' : `${megabytes(disk.freeBytes)} free`],
  ]
  lines.push('', ...rows.map(([name, value]) => `${name.padEnd(10)}${value}`))
  if (database.outcomes.length > 0) lines.push('', ...describeOutcomes(database.outcomes))
  return `${lines.join('\n')}\n`
}

/** What arrived in one line, then one line for each thing that did not. */
function describeOutcomes(outcomes: readonly OutcomeTotal[]): string[] {
  const isAccepted = ({ outcome }: OutcomeTotal) => outcome === 'accepted'
  const sum = outcomes.filter(isAccepted).reduce((total, { n }) => total + n, 0)
  const kept = outcomes.filter((one) => isAccepted(one) && one.reason !== '')
  const dropped = outcomes.filter((one) => !isAccepted(one))
  const special = kept.map(({ project, reason, category, n }) => {
    return `${String(n).padStart(10)}  ${category} of ${project}: ${reason}. ${reasonSentence(reason)}`
  })
  if (dropped.length === 0) {
    return [`Last 24 hours: ${sum} items accepted, none dropped.`, ...special]
  }
  const lines = dropped.slice(0, MAX_LINES).map(({ project, reason, category, n }) => {
    const by = droppedBy(reason) === 'sdk' ? 'SDK' : 'server'
    const count = String(n).padStart(10)
    return `${count}  ${category} of ${project}, by the ${by}: ${reason}. ${reasonSentence(reason)}`
  })
  const more = dropped.length - lines.length
  return [
    `Last 24 hours: ${sum} items accepted.`,
    ...special,
    'Dropped:',
    ...lines,
    ...(more > 0 ? [`            and ${more} more kinds, which the page Outcomes shows`] : []),
  ]
}

function describeDatabase(database: Diagnosis['database']): string {
  const kind = database.embedded ? 'embedded' : 'from DATABASE_URL'
  if (!database.reachable) return `${kind}, not reachable`
  const { version, migrations, sizeBytes, deadLetters } = database
  return [
    `PostgreSQL ${version}, ${kind}`,
    megabytes(sizeBytes ?? 0),
    `${migrations?.applied} migrations applied`,
    `${deadLetters} dead letters`,
  ].join(', ')
}

function describeJournal(journal: Diagnosis['journal']): string {
  const since = journal.oldestPendingSeconds
  const oldest = since === null ? '' : `, the oldest for ${since} s`
  return `${journal.pendingEvents} events wait${oldest}; ${megabytes(journal.bytes)} of ${megabytes(journal.maxBytes)}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(bytes < 100 * 1024 * 1024 ? 1 : 0)} MB`
}
