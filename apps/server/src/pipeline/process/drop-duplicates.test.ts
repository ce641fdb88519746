import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newEventId } from '@mayday/protocol/event-id'
import { countEverything, counted } from '../../../test/count-everything.ts'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { digestAll } from '../../../test/digest-until.ts'
import { makeTenant } from '../../../test/factories.ts'
import { JournalOf, recordOf } from '../../../test/journal-of.ts'
import { sql } from '../../db/sql.ts'

const DAY_MS = 24 * 60 * 60 * 1000

let postgres: TestDatabase
let projectId: number
let journal: JournalOf

beforeAll(async () => {
  postgres = await createTestDatabase()
})
afterAll(() => postgres.drop())
beforeEach(async () => {
  projectId = (await makeTenant(postgres.database)).projectId
  journal = new JournalOf()
})

const rows = <Row extends object>(statement: string, parameters: unknown[] = [projectId]) =>
  sql<Row>(postgres.database, statement, parameters)
const digest = (from = journal) => digestAll(postgres.url, from)
const counts = (project = projectId) => countEverything(postgres.database, project)
const failing = (value: string) => ({ exception: { values: [{ type: 'Error', value }] } })

describe('an event id that comes again', () => {
  test('in the same batch counts once', async () => {
    const eventId = newEventId()
    journal.add(
      recordOf(projectId, {}, { eventId }),
      recordOf(projectId, failing('other content'), { eventId }),
    )
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 1))
  })

  test('on the same day counts once, also with other content', async () => {
    const eventId = newEventId()
    journal.add(recordOf(projectId, {}, { eventId }))
    await digest()
    journal.add(recordOf(projectId, {}, { eventId }))
    await digest()
    journal.add(recordOf(projectId, failing('other content'), { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 2))
    expect(await rows('select next_issue_number as next from project where id = $1')).toEqual([
      { next: 2 },
    ])
  })

  test('on a later day counts once', async () => {
    const eventId = newEventId()
    const thenMs = Date.now() - 3 * DAY_MS
    const event = { timestamp: (thenMs - 5_000) / 1000 }
    journal.add(recordOf(projectId, event, { eventId, receivedAtMs: thenMs }))
    await digest()
    journal.add(recordOf(projectId, event, { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 1))
  })

  test('on a later day without any time of its own counts once', async () => {
    const eventId = newEventId()
    const event = { timestamp: null }
    journal.add(recordOf(projectId, event, { eventId, receivedAtMs: Date.now() - 5 * DAY_MS }))
    await digest()
    journal.add(recordOf(projectId, event, { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1, 1))
  })

  test('in another project is another event', async () => {
    const other = (await makeTenant(postgres.database)).projectId
    const eventId = newEventId()
    journal.add(recordOf(projectId, {}, { eventId }), recordOf(other, {}, { eventId }))
    await digest()
    expect(await counts()).toEqual(counted(1, 1))
    expect(await counts(other)).toEqual(counted(1, 1))
  })
})
