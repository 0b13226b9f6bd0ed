import * as z from 'zod'
import { FileName, onConflict, Tags } from './file.ts'

const sha256 = z.string().regex(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits are expected')

export const CreateFileUpload = z
  .strictObject({
    name: FileName,
    sizeBytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe('Of the whole file, at most 50 MB.'),
    sha256: sha256.optional().describe('Of the whole file; compared when it is complete.'),
    tags: Tags.default([]),
    onConflict,
  })
  .meta({ id: 'CreateFileUpload' })
export type CreateFileUpload = z.infer<typeof CreateFileUpload>

export const FileUpload = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    sizeBytes: z.int(),
    partSizeBytes: z.int().describe('Of every part but the last.'),
    parts: z.int().describe('How many there are, numbered from 1.'),
    received: z.array(z.int()).describe('The parts that are there.'),
    fileId: z.string().nullable().describe('Set when it is complete.'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().describe('An incomplete upload is removed then.'),
  })
  .meta({ id: 'FileUpload' })
export type FileUpload = z.infer<typeof FileUpload>

export const FileUploadPart = z
  .strictObject({ part: z.int(), sizeBytes: z.int(), sha256: z.string() })
  .meta({ id: 'FileUploadPart' })
export type FileUploadPart = z.infer<typeof FileUploadPart>
