import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'

/** `reports/2026`, with or without slashes around it. `/` is the top, where the prefix is empty. */
export const FolderPath = z
  .string()
  .min(1)
  .max(1_024)
  .transform((text) => text.replace(/^\/+|\/+$/g, ''))
  .transform((path) => (path === '' ? '' : `${path}/`))

export const ListFolders = listQuery(['name', '-name'], {
  parent: FolderPath.default('').describe('The folder that contains them. Default: the top.'),
})
export type ListFolders = z.infer<typeof ListFolders>

export const FileFolder = z.strictObject({
  name: z.string().describe('The whole name, such as `reports/2026`.'),
  files: z.int().describe('The number of files in it, at any depth.'),
  sizeBytes: z.int().describe('The size of these files in their current versions.'),
  updatedAt: z.iso.datetime().describe('When one of these files last changed.'),
})
export type FileFolder = z.infer<typeof FileFolder>

export const FileFolderPage = pageOf(FileFolder).meta({ id: 'FileFolderPage' })
