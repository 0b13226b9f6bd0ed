import * as z from 'zod'
import { FilesConfig, filePrefix } from './files-prefix.ts'
import { tool } from './tool.ts'

const MAX_CHARS = 1_000_000

export const filesWrite = tool({
  name: 'files.write',
  description: 'Writes a text file of the team. An existing file gets a new version.',
  args: z.strictObject({
    name: z.string().min(1).max(500).describe('The name with its extension, such as notes/plan.md'),
    text: z.string().max(MAX_CHARS),
  }),
  config: FilesConfig,
  run: async ({ files }, { args: { name, text }, config, key }) => {
    filePrefix(config, name)
    const bytes = new TextEncoder().encode(text)
    async function* chunks() {
      yield bytes
    }
    const ref = await files.write(
      { name, chunks: chunks(), sizeBytes: bytes.length, onConflict: 'version' },
      key,
    )
    return { ...ref }
  },
})
