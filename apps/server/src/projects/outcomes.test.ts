import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { OutcomeStats, ProjectOutcomes } from '@mayday/protocol/api/outcomes'
import { makeTenant, type Tenant } from '../../test/factories.ts'
import { call, startTestServer, type TestServer } from '../../test/server.ts'
import { addOutcomes, type OutcomeRow } from '../outcomes/outcomes.ts'
import { insertProject } from './create-project.ts'

let server: TestServer
let tenant: Tenant
let second: { id: number; publicKey: string }

const TIME = 'start=2026-11-22T10:00:00&end=2026-11-22T13:00:00'

beforeAll(async () => {
  server = await startTestServer()
  tenant = await makeTenant(server.database)
  const other = { slug: 'other', name: 'Other', platform: null }
  second = (await insertProject(server.database, tenant.organizationId, other))!
  const foreign = await makeTenant(server.database)
  const keyId = await keyIdOf(tenant.projectId)
  await addOutcomes(server.database, [
    row({ keyId, n: 5 }),
    row({ keyId, n: 2, hour: at(12) }),
    row({ n: 1, hour: at(9) }),
    row({ n: 3, outcome: 'filtered', reason: 'unsupported_item', category: 'span' }),
    row({ n: 4, outcome: 'client_discard', reason: 'before_send', hour: at(11) }),
    row({ n: 6, category: 'security' }),
    row({ n: 8, projectId: second.id }),
    row({ n: 99, projectId: foreign.projectId }),
  ])
})
afterAll(() => server.stop())

function at(hour: number): Date {
  return new Date(Date.UTC(2026, 10, 22, hour))
}

function row(wanted: Partial<OutcomeRow> & { n: number }): OutcomeRow {
  const accepted = { outcome: 'accepted', reason: '', category: 'error' } as const
  return { projectId: tenant.projectId, keyId: 0, hour: at(10), ...accepted, ...wanted }
}

async function keyIdOf(projectId: number): Promise<number> {
  const statement = 'select id from project_key where project_id = $1'
  const [key] = await server.database.query(statement, [projectId])
  return key.id
}

async function get(path: string): Promise<unknown> {
  const { status, body } = await call(server, 'GET', path, tenant)
  expect([status, status === 200 ? '' : body]).toEqual([200, ''])
  return body
}

describe('outcomes of a project', () => {
  const path = (query: string) =>
    `/api/0/projects/${tenant.organization}/${tenant.project}/outcomes/?${query}`

  test('each end has its sentence, who dropped the items, and a series by hours', async () => {
    const body = ProjectOutcomes.parse(await get(path(TIME)))
    expect(body).toMatchObject({ start: at(10).toISOString(), end: at(13).toISOString() })
    expect(body.intervals).toEqual([at(10), at(11), at(12)].map((hour) => hour.toISOString()))
    const lines = body.rows.map(({ by, outcome, reason, category, quantity, series }) =>
      [by, outcome, reason, category, quantity, series].join(' '),
    )
    expect(lines).toEqual([
      'server accepted  error 7 5,0,2',
      'server accepted  security 6 6,0,0',
      'sdk client_discard before_send error 4 0,4,0',
      'server filtered unsupported_item span 3 3,0,0',
    ])
    expect(body.rows.map(({ sentence }) => sentence)).toEqual([
      'It arrived and was kept.',
      'It arrived and was kept.',
      'The hook beforeSend of the program dropped it.',
      'This version of Mayday does not use items of its type.',
    ])
  })

  test('days are those of UTC, whole ones', async () => {
    const body = ProjectOutcomes.parse(await get(path(`${TIME}&interval=day`)))
    expect(body.intervals).toEqual([at(0).toISOString()])
    expect(body.rows[0]).toMatchObject({ quantity: 8, series: [8] })
  })

  test('one key alone', async () => {
    const body = ProjectOutcomes.parse(await get(path(`${TIME}&key=${tenant.publicKey}`)))
    expect(body.rows.map(({ quantity }) => quantity)).toEqual([7])
    const foreign = await call(server, 'GET', path(`key=${second.publicKey}`), tenant)
    expect(foreign.status).toBe(404)
  })

  test.each([
    ['start=2020-01-01&end=2026-01-01', /intervals, of at most 1000/],
    ['start=2026-01-02&end=2026-01-01', /start must lie before end/],
    ['statsPeriod=soon', /must look like 24h/],
    ['interval=minute', /interval/],
  ])('%s is refused with a sentence', async (query, sentence) => {
    const { status, body } = await call(server, 'GET', path(query), tenant)
    expect(status).toBe(400)
    expect((body as { detail: string }).detail).toMatch(sentence)
  })
})

describe('in the shape of Sentry', () => {
  async function stats(query: string) {
    const path = `/api/0/organizations/${tenant.organization}/stats_v2/?field=sum(quantity)&${query}`
    return OutcomeStats.parse(await get(path))
  }
  const totals = ({ groups }: OutcomeStats) =>
    groups.map(({ by, totals }) => [by, totals['sum(quantity)']])

  test('groups have totals and series over all projects of the organisation', async () => {
    const body = await stats(`${TIME}&groupBy=outcome&groupBy=reason&interval=1h`)
    expect(body.intervals).toHaveLength(3)
    expect(body.groups[0]?.series['sum(quantity)']).toEqual([19, 0, 2])
    expect(totals(body)).toEqual([
      [{ outcome: 'accepted', reason: 'none' }, 21],
      [{ outcome: 'client_discard', reason: 'before_send' }, 4],
      [{ outcome: 'filtered', reason: 'unsupported_item' }, 3],
    ])
  })

  test('error stands for all that Sentry counts as errors', async () => {
    const body = await stats(`${TIME}&groupBy=category&category=error&outcome=accepted`)
    expect(totals(body)).toEqual([[{ category: 'error' }, 21]])
  })

  test('one project, by project and without a group', async () => {
    const each = await stats(`${TIME}&groupBy=project&interval=1d`)
    expect(totals(each)).toEqual([
      [{ project: tenant.projectId }, 21],
      [{ project: second.id }, 8],
    ])
    expect(totals(await stats(`${TIME}&project=${second.id}&reason=none`))).toEqual([[{}, 8]])
    expect(totals(await stats(`${TIME}&outcome=abuse`))).toEqual([])
  })

  test.each(['groupBy=color', 'interval=7h', 'interval=90m', 'field=sum(times_seen)'])(
    '%s is refused',
    async (query) => {
      const path = `/api/0/organizations/${tenant.organization}/stats_v2/?${query}`
      expect((await call(server, 'GET', path, tenant)).status).toBe(400)
    },
  )
})
