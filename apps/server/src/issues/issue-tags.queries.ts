import type { TagDetail, TagValue } from '@mayday/protocol/api/issues'
import { iso } from '../db/iso.ts'
import { type Database, sql } from '../db/sql.ts'

const VALUE_COLUMNS = `key, value as name, value, n as count,
  ${iso('first_seen')} as "firstSeen", ${iso('last_seen')} as "lastSeen"`

/** Every counted tag of an issue with its most frequent values; bounded, since digest bounds the values. */
export async function issueTags(
  database: Database,
  issueId: string,
  topValues: number,
  key?: string,
): Promise<TagDetail[]> {
  const rows = await sql<TagValue & { total: number; distinct: number }>(
    database,
    `select ${VALUE_COLUMNS}, total, "distinct" from (
       select *, sum(n) over (partition by key)::float8 as total,
         count(*) over (partition by key)::int as "distinct",
         row_number() over (partition by key order by n desc, last_seen desc, value) as place
       from issue_tag where issue_id = $1 and ($3::text is null or key = $3)) ranked
     where place <= $2 order by key, place`,
    [issueId, topValues, key ?? null],
  )
  const tags = new Map<string, TagDetail>()
  for (const { total, distinct, ...value } of rows) {
    const tag = tags.get(value.key) ?? {
      key: value.key,
      name: value.key,
      totalValues: total,
      uniqueValues: distinct,
      topValues: [],
    }
    tag.topValues.push(value)
    tags.set(value.key, tag)
  }
  return [...tags.values()]
}

/** Values of one tag of an issue, most frequent first. */
export function issueTagValues(
  database: Database,
  { issueId, key, text }: { issueId: string; key: string; text: string | undefined },
  limit: number,
): Promise<TagValue[]> {
  return sql<TagValue>(
    database,
    `select ${VALUE_COLUMNS} from issue_tag where issue_id = $1 and key = $2
       and ($3::text is null or strpos(lower(value), lower($3)) > 0)
     order by n desc, last_seen desc, value limit $4`,
    [issueId, key, text || null, limit],
  )
}
