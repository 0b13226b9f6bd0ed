// The query and the response of every list.
import * as z from 'zod'

/** Whether a list counts all its items. */
export const countFlag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')

/** A filter with one value, or several separated by commas. */
export const commaList = <Items extends z.ZodType<unknown, string[]>>(items: Items, maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .transform((text) => text.split(','))
    .pipe(items)

/** The query of a list: paging, whether to count (adds `total` to the response), the available sorts (the first is the default) and the filters. */
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

/** The response of a list. All lists have this form. `more` adds further fields. */
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
    total: z.int().optional().describe('The total number, with `count=true`.'),
    ...more,
  })
