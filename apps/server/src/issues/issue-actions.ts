import type { IssueStatus } from '@mayday/protocol/api/issues'
import type { DataSource } from 'typeorm'
import { type Database, sqlOne } from '../db/sql.ts'
import { AppError } from '../errors.ts'
import { deleteEventsOfIssues } from '../projects/delete-events.ts'
import { ARCHIVED_FOREVER, ONGOING, STATUSES } from './statuses.ts'

const ACTIVITY_OF = {
  resolved: 'set_resolved',
  unresolved: 'set_unresolved',
  ignored: 'set_ignored',
} as const satisfies Record<IssueStatus, string>

export type StatusUpdate = {
  status: IssueStatus
  statusDetails?: Record<string, unknown> | undefined
  substatus?: string | null | undefined
}

/** What a changed issue then says of itself, as clients expect it in the answer. */
export function changedKeys({ status }: StatusUpdate) {
  const substatus =
    status === 'resolved' ? null : status === 'ignored' ? 'archived_forever' : 'ongoing'
  return { status, statusDetails: {}, substatus }
}

/** @throws AppError when more is asked for than a plain status: better refused than half done. */
export function checkUpdate({ status, statusDetails, substatus }: StatusUpdate): void {
  const conditions = Object.keys(statusDetails ?? {})
  if (conditions.length > 0) {
    throw new AppError(
      'invalid_request',
      `statusDetails.${conditions[0]} is not understood: a status holds without conditions.`,
    )
  }
  const possible = changedKeys({ status }).substatus
  if (substatus !== undefined && substatus !== null && substatus !== possible) {
    throw new AppError(
      'invalid_request',
      `substatus "${substatus}" does not go with status "${status}"; ${possible ?? 'leave it out'}.`,
    )
  }
}

/**
 * Sets the status of issues; who did it is kept for each one that changed. Rows are locked by id in
 * ascending order, as digest does. Gives the number of issues that changed.
 */
export async function setStatus(
  database: Database,
  issueIds: readonly string[],
  status: IssueStatus,
  accountId: number | null,
): Promise<number> {
  const row = await sqlOne<{ n: number }>(
    database,
    `with before as (select id from issue where id = any($1::bigint[]) and status <> $2
         order by id for update),
     changed as (update issue set status = $2, substatus = $3, status_changed_at = now()
       from before where issue.id = before.id returning issue.id),
     noted as (insert into issue_activity (issue_id, account_id, type, data)
       select id, $4, $5, '{}' from changed)
     select count(*)::int as n from changed`,
    [
      issueIds,
      STATUSES.indexOf(status),
      status === 'ignored' ? ARCHIVED_FOREVER : ONGOING,
      accountId,
      ACTIVITY_OF[status],
    ],
  )
  return row?.n ?? 0
}

/** Deletes issues with their events, counts, tags and hashes: the next such event makes a new issue. */
export async function deleteIssues(
  database: DataSource,
  issueIds: readonly string[],
): Promise<void> {
  await deleteEventsOfIssues(database, issueIds)
  await database.query('delete from issue where id = any($1::bigint[])', [issueIds])
  // What digest stored between the two statements.
  await deleteEventsOfIssues(database, issueIds)
}
