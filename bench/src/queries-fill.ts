import { type Statements, sql } from '../../apps/server/dist/db/sql.js'
import { encodeEvent } from '../../apps/server/dist/events/event-data.js'
import {
  makeLeaf,
  startOfDayMs,
  type Transactions,
} from '../../apps/server/dist/events/partitions.js'
import { parseEnvelope } from '../../packages/protocol/dist/envelope.js'

const DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000
const EVENTS_PER_ISSUE = 50
const PAYLOADS = 4
const FRAMES = 40

/** A word in half of the titles, in one of them, and in none. */
export const WORDS = { common: 'timeout', rare: 'needle', none: 'nowhere' }

/**
 * Stores events of the last 30 days, and counts them as digest would have: every other table is
 * made of the same rows. Few issues have most of the events.
 */
export async function fill(
  database: Transactions,
  { events, projectId }: { events: number; projectId: number },
): Promise<void> {
  // The connection is digest's, whose statements end after a while; these take minutes on purpose.
  await sql(database, 'set statement_timeout = 0')
  const now = Date.now()
  for (let day = 0; day <= DAYS; day++) await makeLeaf(database, startOfDayMs(now) - day * DAY_MS)
  await sql(database, 'select setseed(0.5)')
  await sql(database, seeds(events, Math.max(2, Math.round(events / EVENTS_PER_ISSUE)), now))
  await sql(database, 'analyze seed')
  await storeEvents(database, projectId)
  for (const statement of counts(projectId)) await sql(database, statement)
  await sql(database, 'drop table seed')
  // Also what autovacuum would have done within minutes of such a day.
  await sql(database, 'vacuum (analyze)')
}

function seeds(events: number, issues: number, nowMs: number): string {
  return `create unlogged table seed as
    select gen_random_uuid() as event_id, issue_id, received_at,
      (case when pick < 0.8 then 'production' when pick < 0.95 then 'staging' else 'development' end)
        as environment,
      '1.' || (extract(epoch from received_at) / 86400)::int || '.0' as release,
      case when issue_id % 50 = 0 then 4 when issue_id % 10 = 0 then 2 else 3 end as level,
      (random() * 50000)::bigint as user_hash,
      (array['Chrome', 'Firefox', 'Safari', 'Edge'])[1 + floor(random() * 4)::int] as browser,
      'web-' || floor(random() * 10) as server_name, floor(random() * ${PAYLOADS})::int as payload
    from (
      select issue_id, random() as pick, date_trunc('milliseconds', to_timestamp(${nowMs / 1000})
          - random() * (0.02 + (issue_id * 7919 % 1000) / 1021.0) * interval '${DAYS} days')
        as received_at
      from (select floor(power(${issues}, random()))::bigint as issue_id
        from generate_series(1, ${events})) drawn) placed`
}

async function storeEvents(database: Statements, projectId: number): Promise<void> {
  for (let payload = 0; payload < PAYLOADS; payload++) {
    const bytes = envelope(payload)
    const parsed = parseEnvelope(bytes)
    const item = parsed.items[0]
    if (item === undefined) throw new Error('The envelope holds no item')
    const { encoding, data } = encodeEvent({ encoding: 'identity', bytes }, parsed, item)
    await sql(
      database,
      `insert into event (event_id, project_id, issue_id, received_at, occurred_at, environment,
         release, level, client_ip, size, encoding, data)
       select event_id, ${projectId}, issue_id, received_at, received_at, environment, release, level,
         null, ${item.payload.length}, ${encoding}, '\\x${data.toString('hex')}'::bytea
       from seed where payload = ${payload} order by received_at`,
    )
  }
}

function envelope(variant: number): Buffer {
  const frames = Array.from({ length: FRAMES }, (_, index) => ({
    filename: `/app/src/${['orders', 'payments', 'users', 'carts'][(index + variant) % 4]}/step-${index}.js`,
    function: `step${index * 31 + variant}`,
    lineno: 10 + index * 7,
    colno: 5,
    in_app: index % 3 !== 0,
    context_line: `    const result${index} = await repository.find({ id: order.items[${index}].id })`,
  }))
  const payload = JSON.stringify({
    platform: 'node',
    level: 'error',
    exception: { values: [{ type: 'TypeError', value: `x${variant}`, stacktrace: { frames } }] },
    breadcrumbs: Array.from({ length: 20 }, (_, index) => ({
      category: 'http',
      data: { url: `https://api.example.com/v1/orders/${index * 977}`, status_code: 200 },
    })),
    request: { url: 'https://shop.example.com/checkout', method: 'POST' },
  })
  const lengthOfItem = Buffer.byteLength(payload)
  return Buffer.from(`{}\n{"type":"event","length":${lengthOfItem}}\n${payload}\n`)
}

function counts(projectId: number): string[] {
  const { common, rare } = WORDS
  return [
    `insert into issue (id, project_id, number, status, substatus, level, kind, type, value, title,
       culprit, transaction, filename, function, platform, first_seen, last_seen, first_release,
       last_release, times_seen, users_seen) overriding system value
     select issue_id, ${projectId}, issue_id, case when issue_id % 20 < 16 then 0
         when issue_id % 20 < 19 then 1 else 2 end, 1, min(level), 'error', type, value,
       type || ': ' || value, 'step' || issue_id % 97, 'POST /orders/' || issue_id % 53,
       'src/step-' || issue_id % 97 || '.js', 'step' || issue_id % 97, 'node', min(received_at),
       max(received_at), min(release), max(release), count(*), count(distinct user_hash)
     from seed cross join lateral (select
       (array['TypeError', 'Error', 'RangeError'])[1 + issue_id % 3] as type,
       case when issue_id % 2 = 0 then '${common} after ' else 'Cannot read properties of row ' end
         || issue_id || case when issue_id = 7 then ' ${rare}' else '' end as value) named
     group by issue_id, type, value`,
    `select setval(pg_get_serial_sequence('issue', 'id'), (select max(id) from issue))`,
    `update project set first_event_at = (select min(received_at) from seed),
       next_issue_number = (select max(number) + 1 from issue) where id = ${projectId}`,
    `insert into issue_hash (project_id, hash, issue_id, algorithm)
     select ${projectId}, md5(id::text)::uuid, id, 'v1' from issue`,
    `insert into issue_hour (issue_id, hour, environment, n)
     select issue_id, date_trunc('hour', received_at), environment, count(*) from seed
     group by 1, 2, 3 order by 2`,
    `insert into project_hour (project_id, hour, environment, n)
     select ${projectId}, hour, environment, sum(n) from issue_hour group by 2, 3`,
    `insert into issue_tag (issue_id, key, value, project_id, n, first_seen, last_seen)
     select issue_id, key, tag.value, ${projectId}, count(*), min(received_at), max(received_at)
     from seed cross join lateral (values ('environment', environment), ('release', release),
       ('level', (array['debug', 'info', 'warning', 'error', 'fatal'])[level + 1]),
       ('browser', browser), ('server_name', server_name)) tag (key, value)
     group by 1, 2, 3`,
    `insert into issue_user (issue_id, user_hash, project_id, last_seen)
     select issue_id, user_hash, ${projectId}, max(received_at) from seed group by 1, 2`,
    `insert into release (project_id, version, first_seen)
     select ${projectId}, release, min(received_at) from seed group by 2 order by 3`,
  ]
}
