import * as z from 'zod'
import { refused } from './hosts.ts'

export const FilesConfig = z.strictObject({
  prefix: z
    .string()
    .max(500)
    .optional()
    .describe('Limits access to files whose names begin with this text, such as `reports/`.'),
})

/** Throws if the agent may not access the file. */
export function filePrefix({ prefix = '' }: z.infer<typeof FilesConfig>, name: string): void {
  if (!name.startsWith(prefix) || name.split('/').includes('..'))
    throw refused(`The agent may only use files below ${prefix}`)
}
