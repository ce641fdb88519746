import type { DataSource, EntityManager } from 'typeorm'

/** Whatever can run a statement: the pool, or the transaction that the caller has open. */
export type Database = DataSource | EntityManager

/** The same, where nothing but statements is needed: digest has a connection without TypeORM. */
export type Statements = {
  query(statement: string, parameters?: unknown[]): Promise<unknown>
}

/**
 * Runs one hand-written statement and gives its rows, always as an array. (TypeORM answers
 * `[rows, count]` for UPDATE and DELETE but `rows` for SELECT and INSERT.)
 */
export async function sql<Row extends object>(
  database: Statements,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const answer: unknown = await database.query(statement, parameters)
  if (!Array.isArray(answer)) return []
  const isCounted = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number'
  return (isCounted ? answer[0] : answer) as Row[]
}

/** The first row, or undefined. */
export async function sqlOne<Row extends object>(
  database: Statements,
  statement: string,
  parameters: unknown[] = [],
): Promise<Row | undefined> {
  return (await sql<Row>(database, statement, parameters))[0]
}
