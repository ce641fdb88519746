import { expect, test } from '@jest/globals'
import pg from 'pg'
import { DatabaseAway } from '../db/connection.ts'
import { faultOf } from './faults.ts'
import { CursorMoved } from './process/advance-cursor.ts'
import { IssueGone } from './process/update-issues.ts'

const refusal = (code: string) => Object.assign(new pg.DatabaseError(code, 0, 'error'), { code })

test.each<[string, unknown, string]>([
  ['a connection that broke', new DatabaseAway('gone'), 'away'],
  ['a server that shuts down', refusal('57P01'), 'away'],
  ['a server that starts', refusal('57P03'), 'away'],
  ['a statement that took too long', refusal('57014'), 'away'],
  ['a full disk', refusal('53100'), 'away'],
  ['a lock not given', refusal('55P03'), 'away'],
  ['a deadlock', refusal('40P01'), 'away'],
  ['a read-only standby', refusal('25006'), 'away'],
  ['a table that is missing', refusal('42P01'), 'away'],
  ['a journal that cannot be read', Object.assign(new Error('EIO'), { code: 'EIO' }), 'away'],
  ['a value out of range', refusal('22003'), 'data'],
  ['a null where none may be', refusal('23502'), 'data'],
  ['an index row that is too large', refusal('54000'), 'data'],
  ['a bug of ours', new TypeError('x is undefined'), 'data'],
  ['an issue deleted meanwhile', refusal('23503'), 'stale'],
  ['an issue deleted a little earlier', new IssueGone('gone'), 'stale'],
  ['a position that has moved', new CursorMoved('moved'), 'stale'],
])('%s', (_name, error, fault) => {
  expect(faultOf(error)).toBe(fault)
})
