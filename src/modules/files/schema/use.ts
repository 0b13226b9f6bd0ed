import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'

export const ListFileUses = listQuery(['-createdAt', 'createdAt'], {})
export type ListFileUses = z.infer<typeof ListFileUses>

export const USER_KINDS = ['run', 'task', 'agent', 'deployment'] as const

export const FileUse = z.strictObject({
  kind: z.enum(USER_KINDS),
  id: z.string().describe('The id of the run, task, agent or deployment.'),
  createdAt: z.iso.datetime().describe('When it began to use the file.'),
})
export type FileUse = z.infer<typeof FileUse>

export const FileUsePage = pageOf(FileUse).meta({ id: 'FileUsePage' })
