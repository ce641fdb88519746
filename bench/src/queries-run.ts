import { type Statements, sql } from '../../apps/server/dist/db/sql.js'
import { WORDS } from './queries-fill.ts'

const WARM_UPS = 3
const RUNS = 50
const DEEP_ROWS = 10_000
/** For issue lists with their sparklines and an issue's page, at 5 million events. */
const TARGET_P99_MS = 20
const PROJECT = '/api/0/projects/bench/shop'

export type Query = { name: string; path: string }
export type Timing = Query & { p50: number; p95: number; max: number; status: number }

/** What the viewer's pages ask for, about issues and events that are in the database. */
export async function chooseQueries(database: Statements): Promise<Query[]> {
  const [found] = await sql<Record<Chosen, string>>(database, CHOICE)
  if (found === undefined) throw new Error('The database is empty')
  const issues = (query: string) => `${PROJECT}/issues/?${query}`
  const search = (text: string) => issues(`query=${encodeURIComponent(text)}`)
  const hot = `/api/0/issues/${found.hot}`
  return [
    { name: 'baseline: GET /api/0/', path: '/api/0/' },
    { name: 'issues by last seen', path: issues('sort=date') },
    { name: 'issues by first seen', path: issues('sort=new') },
    { name: 'issues by events', path: issues('sort=freq') },
    { name: 'issues by users', path: issues('sort=user') },
    { name: 'issues, 14 days, charts 14d', path: issues('statsPeriod=14d&groupStatsPeriod=14d') },
    { name: 'issues of environment', path: issues('environment=staging') },
    { name: 'issues of rare environment', path: issues('environment=development&sort=new') },
    { name: 'issues of release', path: search(`is:unresolved release:${found.release}`) },
    { name: 'issues of old release', path: search(`is:unresolved release:${found.oldRelease}`) },
    { name: 'issues of level fatal', path: search('is:unresolved level:fatal') },
    { name: 'issues of level info (none)', path: search('is:unresolved level:info') },
    { name: 'text, common', path: search(`is:unresolved ${WORDS.common}`) },
    { name: 'text, one issue', path: search(`is:unresolved ${WORDS.rare}`) },
    { name: 'text, none', path: search(`is:unresolved ${WORDS.none}`) },
    { name: `page after ${DEEP_ROWS} issues`, path: issues(`cursor=${found.cursor}`) },
    { name: 'overview, 24 hours', path: `${PROJECT}/overview/` },
    { name: 'overview, 14 days', path: `${PROJECT}/overview/?statsPeriod=14d` },
    { name: 'project', path: `${PROJECT}/` },
    { name: 'issue by id', path: `${hot}/` },
    { name: 'latest event, hottest issue', path: `${hot}/events/latest/` },
    { name: 'oldest event, hottest issue', path: `${hot}/events/oldest/` },
    { name: 'latest event, cold issue', path: `/api/0/issues/${found.cold}/events/latest/` },
    { name: 'event with neighbours', path: `${hot}/events/${found.event}/` },
    { name: 'event by id', path: `${PROJECT}/events/${found.event}/` },
    { name: 'beginning of an error id', path: `/api/0/error-ids/${found.event.slice(0, 8)}/` },
    { name: 'tags, hottest issue', path: `${hot}/tags/` },
    { name: 'events, hottest issue', path: `${hot}/events/` },
    { name: 'events of environment', path: `${hot}/events/?environment=development` },
    { name: 'hashes, hottest issue', path: `${hot}/hashes/` },
  ]
}

/** One request at a time on one connection, as a person clicks. */
export async function measure(base: string, token: string, queries: Query[]): Promise<Timing[]> {
  const timings: Timing[] = []
  for (const query of queries) {
    const times: number[] = []
    let status = 0
    for (let run = -WARM_UPS; run < RUNS; run++) {
      const startedAtMs = performance.now()
      const answer = await fetch(base + query.path, {
        headers: { authorization: `Bearer ${token}` },
      })
      await answer.arrayBuffer()
      if (run >= 0) times.push(performance.now() - startedAtMs)
      status = answer.status
    }
    if (status !== 200) throw new Error(`${query.path} was answered with ${status}`)
    times.sort((a, b) => a - b)
    timings.push({
      ...query,
      p50: quantile(times, 0.5),
      p95: quantile(times, 0.95),
      max: quantile(times, 1),
      status,
    })
  }
  return timings
}

export function printTable(timings: Timing[]): void {
  const line = (cells: (string | number)[]) =>
    console.log(
      cells
        .map((cell, column) => (column === 0 ? `${cell}`.padEnd(30) : `${cell}`.padStart(8)))
        .join(''),
    )
  line(['', 'p50 ms', 'p95 ms', 'max ms'])
  for (const { name, p50, p95, max } of timings) line([name, p50, p95, max])
  console.log(
    `Target for issue lists and an issue's page at 5 million events: p99 <= ${TARGET_P99_MS} ms`,
  )
}

function quantile(sorted: number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return Math.round(value * 10) / 10
}

type Chosen = 'hot' | 'cold' | 'release' | 'oldRelease' | 'event' | 'cursor'

const CHOICE = `
  with hot as (select id from issue order by times_seen desc limit 1)
  select hot.id::text as hot,
    (select id::text from issue order by last_seen limit 1) as cold,
    (select version from release order by first_seen desc limit 1) as release,
    (select version from release order by first_seen limit 1) as "oldRelease",
    (select replace(event_id::text, '-', '') from event where issue_id = hot.id
     order by received_at desc offset 1000 limit 1) as event,
    (select (extract(epoch from last_seen) * 1000000)::bigint || ':' || id || ':0' from (
       select last_seen, id, row_number() over (order by last_seen desc, id desc) as place,
         count(*) over () as all from issue where status = 0) ranked
     where place = least(${DEEP_ROWS}, "all" - 1)) as cursor
  from hot`
