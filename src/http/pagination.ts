// How every list is asked and answered.
import * as z from 'zod'

const countFlag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

/** The query of a list: paging, whether to count (which adds `total` to the answer), the sorts it offers (the first is the default) and its filters. */
export function listQuery<Sort extends string, Filters extends z.ZodRawShape>(
  sorts: readonly [Sort, ...Sort[]],
  filters: Filters,
) {
  return z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(1024).optional(),
    sort: z.enum(sorts).default(sorts[0] as never),
    count: countFlag,
    ...filters,
  })
}

/** The answer of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int().optional() })
