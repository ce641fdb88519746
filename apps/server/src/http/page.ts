import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'

export const MAX_PAGE_SIZE = 100
export const DEFAULT_PAGE_SIZE = 25

/** Where a page begins: after (or before) the row with this sort value and this id. */
export type Cursor = { value: string; row: string; isPrevious: boolean }

/** `value:row:is_previous`. Empty is the first page: clients send that at once. */
export function parseCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined || text === '') return undefined
  const match = /^(\d{1,18}):([0-9a-f]{1,32}):([01])$/.exec(text)
  if (!match?.[1] || !match[2]) throw new AppError('invalid_cursor')
  return { value: match[1], row: match[2], isPrevious: match[3] === '1' }
}

export type Keyed = { sortValue: string; rowId: string }
export type Page<Row> = { rows: Row[]; hasPrevious: boolean; hasNext: boolean }

/**
 * Makes a page of what a query found with `limit + 1`: the extra row only tells that there is more.
 * A page before a cursor was read backwards and is turned round here.
 */
export function toPage<Row>(found: Row[], limit: number, cursor: Cursor | undefined): Page<Row> {
  const hasMore = found.length > limit
  const rows = found.slice(0, limit)
  if (!cursor?.isPrevious) return { rows, hasPrevious: cursor !== undefined, hasNext: hasMore }
  return { rows: rows.reverse(), hasPrevious: hasMore, hasNext: true }
}

/** Sets the `Link` header by which clients find the page before and after. */
export function linkPages(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
  page: Page<Keyed>,
): void {
  const first = page.rows[0]
  const last = page.rows.at(-1)
  setLink(request, reply, publicUrl, {
    previous: first ? `${first.sortValue}:${first.rowId}:1` : '0:0:1',
    next: last ? `${last.sortValue}:${last.rowId}:0` : '0:0:0',
    hasPrevious: page.hasPrevious && first !== undefined,
    hasNext: page.hasNext && last !== undefined,
  })
}

/** For short lists that are held whole: cuts out one page, with a count of rows as cursor. */
export function linkSlice<Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
  { rows, limit, cursor }: { rows: Row[]; limit: number; cursor: Cursor | undefined },
): Row[] {
  const offset = cursor ? Number(cursor.row) : 0
  if (!Number.isSafeInteger(offset)) throw new AppError('invalid_cursor')
  setLink(request, reply, publicUrl, {
    previous: `0:${Math.max(offset - limit, 0)}:1`,
    next: `0:${offset + limit}:0`,
    hasPrevious: offset > 0,
    hasNext: rows.length > offset + limit,
  })
  return rows.slice(offset, offset + limit)
}

function setLink(
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
  link: { previous: string; next: string; hasPrevious: boolean; hasNext: boolean },
): void {
  const part = (rel: 'previous' | 'next', cursor: string, has: boolean) => {
    const url = new URL(publicUrl + request.url)
    url.searchParams.set('cursor', cursor)
    return `<${url.href}>; rel="${rel}"; results="${has}"; cursor="${cursor}"`
  }
  const previous = part('previous', link.previous, link.hasPrevious)
  void reply.header('link', `${previous}, ${part('next', link.next, link.hasNext)}`)
}
