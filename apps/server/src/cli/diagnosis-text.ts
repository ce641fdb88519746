import type { Diagnosis } from './diagnosis.ts'

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
  if (database.outcomes.length > 0) {
    lines.push('', 'Outcomes of the last 24 hours:')
    for (const { outcome, reason, n } of database.outcomes) {
      lines.push(`  ${String(n).padStart(10)}  ${outcome}${reason ? ` (${reason})` : ''}`)
    }
  }
  return `${lines.join('\n')}\n`
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
