// How every list is asked and answered.
import * as z from 'zod'

/** Whether a list counts all that it has. */
export const countFlag = z
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

/** The answer of a list: the only form that a list has. `more` is what else a list says about itself. */
export const pageOf = <Item extends z.ZodType, More extends z.ZodRawShape = Record<never, never>>(
  item: Item,
  more: More = {} as More,
) =>
  z.strictObject({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .describe('Send it as `cursor` to get the next page; null on the last page.'),
    total: z.int().optional().describe('How many there are in all, with `count=true`.'),
    ...more,
  })
