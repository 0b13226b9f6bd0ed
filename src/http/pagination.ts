// How every list is asked and answered.
import * as z from 'zod'

/** The query of a list: paging, the sorts it offers (the first is the default) and its filters. */
export function listQuery<Sort extends string, Filters extends z.ZodRawShape>(
  sorts: readonly [Sort, ...Sort[]],
  filters: Filters,
) {
  return z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(1024).optional(),
    sort: z.enum(sorts).default(sorts[0] as never),
    ...filters,
  })
}

/** The answer of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int().optional() })

/** `?count=true` adds `total`. */
export const countFlag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
