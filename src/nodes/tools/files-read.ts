import * as z from 'zod'
import { FilesConfig, filePrefix } from './files-prefix.ts'
import { refused } from './hosts.ts'
import { tool } from './tool.ts'

const MAX_BYTES = 2 * 1024 * 1024

export const filesRead = tool({
  name: 'files.read',
  description: 'Reads a text file of the team by its name or id.',
  args: z.strictObject({ file: z.string().min(1).max(1_024) }),
  config: FilesConfig,
  run: async ({ files }, { args: { file }, config }) => {
    const { ref, bytes, isText } = await files.read(file, MAX_BYTES)
    filePrefix(config, ref.name)
    if (!isText) throw refused(`${ref.name} is ${ref.type}, which is not text`)
    return { name: ref.name, type: ref.type, text: new TextDecoder().decode(bytes) }
  },
})
