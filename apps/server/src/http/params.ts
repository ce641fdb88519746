import { z } from 'zod'
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './page.ts'

/** A row id in a path: digits that fit a bigint. */
export const IdParam = z.string().regex(/^\d{1,18}$/, 'must be a number')

/** A repeatable query parameter: a single one arrives as a string. */
export const Repeatable = z
  .union([z.string().max(250), z.array(z.string().max(250)).max(100)])
  .optional()
  .transform((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]))

/** More than the most is cut, not refused: some clients ask for thousands and follow the pages anyway. */
const PageSize = z.coerce
  .number()
  .int()
  .min(1)
  .transform((size) => Math.min(size, MAX_PAGE_SIZE))
  .optional()

/** What every list takes. `limit` and `per_page` mean the same. */
export const PageParams = z.object({
  limit: PageSize,
  per_page: PageSize,
  cursor: z.string().max(64).optional(),
})

export function pageSize({ limit, per_page }: z.infer<typeof PageParams>): number {
  return limit ?? per_page ?? DEFAULT_PAGE_SIZE
}
