import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { FileParam, idOrNameOf } from './ref.ts'

export const fileDelete = effectNode({
  type: 'file.delete',
  category: 'file',
  summary: 'Deletes a file of the team. It can be restored for 7 days.',
  params: z.strictObject({ file: FileParam }),
  output: '`{ file }`: the deleted file, or null if there is no file with that name.',
  example: { file: 'reports/old.csv' },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ files }, { params }) => ({ output: { file: await files.remove(idOrNameOf(params.file)) } }),
})
