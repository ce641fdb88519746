import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Monitor, MonitorCheckIn } from '@mayday/protocol/api/monitors'
import { newEventId } from '@mayday/protocol/event-id'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant, type Tenant } from '../../test/factories.ts'
import { JournalOf, recordWith } from '../../test/journal-of.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'
import { Connection } from '../db/connection.ts'
import { bookOverdue } from './overdue.ts'

const MINUTE_MS = 60_000
const START = Date.UTC(2026, 10, 26, 3, 0)
const DAILY = { schedule: { type: 'crontab', value: '0 3 * * *' }, checkin_margin: 5 }

let server: TestServer
let databaseUrl: string
let tenant: Tenant

beforeAll(async () => {
  server = await startTestServer()
  databaseUrl = (server.database.options as { url: string }).url
})
afterAll(() => server.stop())
beforeEach(async () => {
  tenant = await makeTenant(server.database)
})

type Said = Record<string, unknown> & { minute?: number }

/** Digests check-ins in the order given; `minute` after the start is when they came. */
async function say(...said: Said[]): Promise<void> {
  const journal = new JournalOf()
  for (const { minute = 0, ...payload } of said) {
    const checkIn = { monitor_slug: 'report', status: 'ok', ...payload }
    const receivedAtMs = START + minute * MINUTE_MS
    journal.add(recordWith(tenant.projectId, [['check_in', checkIn]], { receivedAtMs }))
  }
  await digestAll(databaseUrl, journal)
}

async function overdueAt(minute: number): Promise<void> {
  const connection = await Connection.open(databaseUrl, 'test')
  await bookOverdue(connection, START + minute * MINUTE_MS)
  connection.close()
}

const pathOf = (rest: string) =>
  `/api/0/projects/${tenant.organization}/${tenant.project}/monitors/${rest}`
const get = async (rest = '') => (await call(server, 'GET', pathOf(rest), tenant)).body

async function statuses(slug = 'report'): Promise<string[]> {
  const runs = MonitorCheckIn.strict()
    .array()
    .parse(await get(`${slug}/checkins/`))
  return runs.map(({ status }) => status)
}

async function outcomes(): Promise<unknown> {
  return server.database.query(
    `select outcome, reason, n::int from outcome_hour
     where project_id = $1 and category = 'monitor' order by outcome`,
    [tenant.projectId],
  )
}

describe('a run', () => {
  test('begins and ends by its id, and took as long as it says', async () => {
    const check_in_id = newEventId()
    await say({ check_in_id, status: 'in_progress' }, { check_in_id, duration: 2.5, minute: 1 })
    const [run] = (await get('report/checkins/')) as MonitorCheckIn[]
    expect(run).toMatchObject({ id: check_in_id, status: 'ok', duration: 2500 })
    expect(await outcomes()).toEqual([{ outcome: 'accepted', reason: '', n: 2 }])
  })

  test('that says no duration took the time between its check-ins', async () => {
    const check_in_id = newEventId()
    await say({ check_in_id, status: 'in_progress' }, { check_in_id, minute: 3 })
    expect(await get('report/checkins/')).toMatchObject([{ duration: 3 * MINUTE_MS }])
  })

  test('is ended without an id by the nil one', async () => {
    const nil = '0'.repeat(32)
    await say(
      { check_in_id: newEventId(), status: 'in_progress' },
      { check_in_id: nil, status: 'error', minute: 1 },
    )
    expect(await statuses()).toEqual(['error'])
  })

  test('that has ended is not begun again by what comes late', async () => {
    const check_in_id = newEventId()
    await say({ check_in_id, minute: 1 }, { check_in_id, status: 'in_progress', minute: 2 })
    expect(await statuses()).toEqual(['ok'])
  })

  test('of each environment is its own', async () => {
    await say({}, { environment: 'staging', status: 'error' })
    const monitor = Monitor.strict().parse(await get('report/'))
    expect(monitor.environments).toMatchObject([
      { name: 'production', status: 'ok' },
      { name: 'staging', status: 'error' },
    ])
    expect(monitor.status).toBe('error')
  })
})

describe('a task with a schedule', () => {
  test('is due again at its time, and missed when the margin is over', async () => {
    await say({ monitor_config: DAILY })
    expect(await get('report/')).toMatchObject({
      environments: [{ status: 'ok', nextCheckIn: '2026-11-27T03:00:00.000Z' }],
      config: { schedule_type: 'crontab', schedule: '0 3 * * *', checkin_margin: 5 },
    })
    const day = 24 * 60
    await overdueAt(day + 4)
    expect(await statuses()).toEqual(['ok'])
    await overdueAt(day + 6)
    await overdueAt(day + 7)
    expect(await statuses()).toEqual(['missed', 'ok'])
    expect(await get('report/')).toMatchObject({
      status: 'missed',
      recent: ['ok', 'missed'],
      environments: [{ nextCheckIn: '2026-11-28T03:00:00.000Z' }],
    })
    await say({ minute: day + 10 })
    expect(await get('report/')).toMatchObject({ status: 'ok' })
  })

  test('is missed once for all the time that the server was away', async () => {
    await say({ monitor_config: DAILY })
    await overdueAt(10 * 24 * 60 + 1)
    expect(await statuses()).toEqual(['missed', 'ok'])
    expect(await get('report/')).toMatchObject({
      environments: [{ nextCheckIn: '2026-12-07T03:00:00.000Z' }],
    })
  })

  test('keeps it when a later check-in does not say it again', async () => {
    await say({ monitor_config: DAILY }, { minute: 1 })
    expect(await get('report/')).toMatchObject({ config: { schedule: '0 3 * * *' } })
  })

  test('that cannot be kept to has none, and is never missed', async () => {
    await say({ monitor_config: { schedule: { type: 'crontab', value: 'at dawn' } } })
    await overdueAt(1_000_000)
    expect(await statuses()).toEqual(['ok'])
    expect(await get('report/')).toMatchObject({ config: { schedule: null } })
  })
})

test('a run that takes longer than it may has timed out', async () => {
  const monitor_config = { ...DAILY, max_runtime: 10 }
  const check_in_id = newEventId()
  await say({ check_in_id, status: 'in_progress', monitor_config })
  await overdueAt(9)
  expect(await statuses()).toEqual(['in_progress'])
  await overdueAt(11)
  expect(await statuses()).toEqual(['timeout'])
  await say({ check_in_id, minute: 12 })
  expect(await statuses()).toEqual(['timeout'])
})

test.each([
  ['without a name', { monitor_slug: ' ' }, 'no_data'],
  ['with a name that is none', { monitor_slug: 7 }, 'no_data'],
])('a check-in %s is counted as invalid', async (_, said, reason) => {
  await say(said)
  expect(await get()).toEqual([])
  expect(await outcomes()).toEqual([{ outcome: 'invalid', reason, n: 1 }])
})

test('a name in another spelling is the same monitor', async () => {
  await say({ monitor_slug: 'Nightly Report' }, { monitor_slug: 'nightly-report', minute: 1 })
  expect(await get()).toMatchObject([{ slug: 'nightly-report', recent: ['ok', 'ok'] }])
})

test('beyond five hundred monitors new ones are counted as over quota', async () => {
  await server.database.query(
    `insert into monitor (project_id, slug) select $1, 'm' || n from generate_series(1, 500) n`,
    [tenant.projectId],
  )
  await say({ monitor_slug: 'one-more' }, { monitor_slug: 'm7' })
  expect(await outcomes()).toEqual([
    { outcome: 'accepted', reason: '', n: 1 },
    { outcome: 'rate_limited', reason: 'quota', n: 1 },
  ])
})

test('a monitor that is deleted is made anew by its next check-in', async () => {
  await say({})
  expect((await call(server, 'DELETE', pathOf('report/'), tenant)).status).toBe(204)
  expect(await get()).toEqual([])
  await say({ minute: 1 })
  expect(await statuses()).toEqual(['ok'])
})
