import * as z from 'zod'
import { FilesConfig } from './files-prefix.ts'
import { tool } from './tool.ts'

export const filesList = tool({
  name: 'files.list',
  description: 'Lists files of the team whose names begin with a prefix.',
  args: z.strictObject({
    prefix: z.string().max(500).optional(),
    limit: z.number().int().min(1).max(200).optional(),
  }),
  config: FilesConfig,
  run: async ({ files }, { args: { prefix = '', limit = 50 }, config }) => {
    const own = config.prefix ?? ''
    const asked = prefix.startsWith(own) ? prefix : own + prefix
    const found = await files.list({ prefix: asked === '' ? undefined : asked, limit })
    return { files: found.map(({ $file, name, type, sizeBytes }) => ({ id: $file, name, type, sizeBytes })) }
  },
})
