import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'

export const MAX_LINK_SECONDS = 7 * 86_400

const expiresInS = z
  .int()
  .min(1)
  .max(MAX_LINK_SECONDS)
  .default(86_400)
  .describe('How long it works, in seconds: at most 7 days.')

export const CreateFileLink = z
  .strictObject({
    expiresInS,
    maxDownloads: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('A download counts when it starts at byte 0.'),
    disposition: z
      .enum(['attachment', 'inline'])
      .default('attachment')
      .describe('Whether a browser shows the file. Only images and PDF are shown.'),
  })
  .meta({ id: 'CreateFileLink' })
export type CreateFileLink = z.infer<typeof CreateFileLink>

export const CreateUploadLink = z
  .strictObject({
    expiresInS,
    folder: z.string().max(1_000).default('').describe('Where the file goes.'),
    maxBytes: z
      .int()
      .min(1)
      .max(50 * 1024 * 1024)
      .optional(),
  })
  .meta({ id: 'CreateUploadLink' })
export type CreateUploadLink = z.infer<typeof CreateUploadLink>

export const FileLink = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['download', 'upload']),
    fileId: z.string().nullable().describe('The file to download, or the one that was uploaded.'),
    disposition: z.enum(['attachment', 'inline']),
    folder: z.string(),
    maxBytes: z.int().nullable(),
    maxUses: z.int().nullable(),
    uses: z.int(),
    lastUsedAt: z.iso.datetime().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'FileLink' })
export type FileLink = z.infer<typeof FileLink>

export const NewFileLink = z
  .strictObject({ ...FileLink.shape, url: z.string().describe('Shown only here.') })
  .meta({ id: 'NewFileLink' })
export type NewFileLink = z.infer<typeof NewFileLink>

export const FileLinkPage = pageOf(FileLink).meta({ id: 'FileLinkPage' })

export const ListFileLinks = listQuery(['-createdAt', 'createdAt'], {
  fileId: z.string().max(100).optional(),
})
export type ListFileLinks = z.infer<typeof ListFileLinks>

export const ZipFiles = z
  .strictObject({
    ids: z.array(z.string().max(100)).min(1).max(500).optional(),
    prefix: z
      .string()
      .min(1)
      .max(1_024)
      .optional()
      .describe('All files whose names begin with this text, at most 500.'),
  })
  .refine((body) => (body.ids === undefined) !== (body.prefix === undefined), 'either `ids` or `prefix`')
  .meta({ id: 'ZipFiles' })
export type ZipFiles = z.infer<typeof ZipFiles>

/** What a person without an account sees of the file that they have sent. */
export const ReceivedFile = z
  .strictObject({ name: z.string(), sizeBytes: z.int(), sha256: z.string() })
  .meta({ id: 'ReceivedFile' })
export type ReceivedFile = z.infer<typeof ReceivedFile>
