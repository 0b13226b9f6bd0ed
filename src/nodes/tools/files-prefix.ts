import * as z from 'zod'
import { refused } from './hosts.ts'

export const FilesConfig = z.strictObject({
  prefix: z.string().max(500).optional().describe('Only files whose names begin so, such as `reports/`.'),
})

/** Throws where the agent may not have the file. */
export function filePrefix({ prefix = '' }: z.infer<typeof FilesConfig>, name: string): void {
  if (!name.startsWith(prefix) || name.split('/').includes('..'))
    throw refused(`The agent may only use files below ${prefix}`)
}
