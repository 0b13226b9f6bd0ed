import * as z from 'zod'
import type { ExportList } from '../../db/export-list.ts'
import { Preferences, Profile } from '../users/index.ts'

export const ExportQuery = z.strictObject({
  cursor: z.string().max(4096).optional().meta({ description: 'The nextCursor of the previous part.' }),
})

const rowOf = ({ columns }: ExportList) =>
  z.strictObject(Object.fromEntries(Object.entries(columns).map(([name, { schema }]) => [name, schema])))

/** The document has one array for each list, in the order of the lists. */
export const userExportOf = (lists: readonly ExportList[]) =>
  z
    .strictObject({
      exportedAt: z.iso.datetime(),
      profile: Profile,
      preferences: Preferences,
      ...Object.fromEntries(lists.map((list) => [list.name, z.array(rowOf(list))])),
      complete: z.boolean().meta({ description: 'False if one request cannot return everything.' }),
      nextCursor: z.string().nullable().meta({ description: 'Pass it as `cursor` to continue.' }),
    })
    .meta({ id: 'UserExport' })
