import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { newEventId } from '@mayday/protocol/event-id'
import { createTestDatabase, type TestDatabase } from '../../test/database.ts'
import { digestAll } from '../../test/digest-until.ts'
import { makeTenant } from '../../test/factories.ts'
import { JournalOf, recordOf, recordWith } from '../../test/journal-of.ts'
import { sql } from '../db/sql.ts'
import { deleteIssues } from '../issues/issue-actions.ts'

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

const rows = <Row extends object>(statement: string) =>
  sql<Row>(postgres.database, statement, [projectId])
const digest = (from = journal) => digestAll(postgres.url, from)
const attachments = () =>
  rows(`select name, content_type, kind, size, convert_from(data, 'utf8') as data,
    replace(event_id::text, '-', '') as event from attachment where project_id = $1 order by id`)
const feedback = () =>
  rows(`select f.message, f.name, f.email, f.source, i.title from feedback f
    left join issue i on i.id = f.issue_id where f.project_id = $1 order by f.message`)
const outcomes = () =>
  rows(`select outcome, reason, category, n::int from outcome_hour
    where project_id = $1 order by category, outcome`)

const EVENT = { exception: { values: [{ type: 'Error', value: 'failed' }] } }
const report = (eventId: string | undefined, comments: unknown = 'It broke') => ({
  event_id: eventId,
  name: 'Ada',
  email: 'ada@shop.example',
  comments,
})

describe('attachments', () => {
  test('are kept with their event, and the event is stored without them', async () => {
    const eventId = newEventId()
    journal.add(
      recordWith(
        projectId,
        [
          ['event', EVENT],
          ['attachment', 'line 1'],
        ],
        { eventId },
      ),
    )
    await digest()
    expect(await attachments()).toEqual([
      {
        event: eventId,
        name: 'unnamed',
        content_type: 'application/octet-stream',
        kind: 'event.attachment',
        size: 6,
        data: 'line 1',
      },
    ])
    expect(await outcomes()).toEqual([
      { outcome: 'accepted', reason: '', category: 'attachment', n: 1 },
      { outcome: 'accepted', reason: '', category: 'error', n: 1 },
    ])
  })

  test('that come again are stored once; another file of the same event is stored', async () => {
    const eventId = newEventId()
    for (const text of ['same', 'same', 'other']) {
      journal.add(recordWith(projectId, [['attachment', text]], { eventId }))
    }
    await digest()
    expect(await attachments()).toMatchObject([{ data: 'same' }, { data: 'other' }])
  })

  test('go with their event when the issue is deleted', async () => {
    journal.add(
      recordWith(
        projectId,
        [
          ['event', EVENT],
          ['attachment', 'x'],
        ],
        { eventId: newEventId() },
      ),
    )
    await digest()
    const [issue] = await rows<{ id: string }>('select id::text from issue where project_id = $1')
    await deleteIssues(postgres.database, [issue?.id ?? ''])
    expect(await attachments()).toEqual([])
  })
})

describe('feedback', () => {
  test.each(['before', 'after'])('that comes %s its event belongs to its issue', async (when) => {
    const eventId = newEventId()
    const parts = [
      recordOf(projectId, EVENT, { eventId }),
      recordWith(projectId, [['user_report', report(eventId)]], { eventId }),
    ]
    for (const part of when === 'after' ? parts : parts.reverse()) {
      journal.add(part)
      await digest()
    }
    expect(await feedback()).toEqual([
      {
        message: 'It broke',
        name: 'Ada',
        email: 'ada@shop.example',
        source: 'user_report',
        title: 'Error: failed',
      },
    ])
  })

  test('of the newer kind tells the event that it is about', async () => {
    const eventId = newEventId()
    journal.add(recordOf(projectId, EVENT, { eventId }))
    const item = {
      type: 'feedback',
      contexts: {
        feedback: {
          message: 'Where is my order?',
          contact_email: 'bo@shop.example',
          source: 'widget',
          associated_event_id: eventId,
        },
      },
      user: { username: 'bo' },
    }
    journal.add(recordWith(projectId, [['feedback', item]], { eventId: newEventId() }))
    await digest()
    expect(await feedback()).toEqual([
      {
        message: 'Where is my order?',
        name: 'bo',
        email: 'bo@shop.example',
        source: 'widget',
        title: 'Error: failed',
      },
    ])
  })

  test('about no event, or one that never comes, is kept all the same', async () => {
    const about = { contexts: { feedback: { message: 'Nice' } } }
    journal.add(recordWith(projectId, [['feedback', about]], { eventId: newEventId() }))
    journal.add(recordWith(projectId, [['user_report', report(newEventId())]]))
    await digest()
    expect(await feedback()).toMatchObject([
      { message: 'It broke', title: null },
      { message: 'Nice', title: null },
    ])
  })

  test('that comes again changes nothing', async () => {
    const eventId = newEventId()
    for (let i = 0; i < 3; i++) {
      journal.add(recordWith(projectId, [['user_report', report(eventId)]], { eventId }))
    }
    await digest()
    expect(await feedback()).toHaveLength(1)
  })

  test.each([
    ['without words', report(undefined, ' '), 'no_data'],
    ['with words that are none', report(undefined, 7), 'no_data'],
    ['that is no JSON', '{', 'invalid_json'],
  ])('%s is counted as invalid', async (_, item, reason) => {
    journal.add(recordWith(projectId, [['user_report', item]]))
    await digest()
    expect(await feedback()).toEqual([])
    expect(await outcomes()).toEqual([{ outcome: 'invalid', reason, category: 'default', n: 1 }])
  })

  test('is cut to its limit, and may hold any characters', async () => {
    journal.add(
      recordWith(projectId, [['user_report', report(undefined, `\0${'ä'.repeat(9000)}`)]]),
    )
    await digest()
    const [stored] = (await feedback()) as { message: string }[]
    expect(stored?.message).toHaveLength(4096)
    expect(stored?.message).toMatch(/^\ufffdä/)
  })
})
