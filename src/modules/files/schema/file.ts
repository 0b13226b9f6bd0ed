import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { FILE_KINDS } from '../types/table.ts'
import { FolderPath } from './folder.ts'
import { USER_KINDS } from './use.ts'

export const ON_CONFLICT = ['version', 'refuse', 'rename'] as const
export type OnConflict = (typeof ON_CONFLICT)[number]

const Tag = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line')

export const Tags = z
  .array(Tag)
  .max(20)
  .transform((tags) => [...new Set(tags)])
  .describe('Tags to find it by.')

/** The service reports errors in a name, so that all sources of names have the same messages. */
export const FileName = z
  .string()
  .min(1)
  .max(1_024)
  .describe('With `/` between folders, such as `reports/2026/march.pdf`.')

export const onConflict = z
  .enum(ON_CONFLICT)
  .default('version')
  .describe(
    'How an existing file with that name is handled: `version` adds a version to it, `refuse` returns 409, `rename` stores the new file as `name (1)`.',
  )

const tagList = z
  .string()
  .max(1_100)
  .transform((text) => text.split(',').filter((tag) => tag.trim() !== ''))
  .pipe(Tags)
  .describe('Tags to find it by, separated by commas.')

export const UploadQuery = z.strictObject({
  onConflict,
  tags: tagList.optional(),
  folder: z.string().max(1_000).optional().describe('A folder that is put in front of the name.'),
})
export type UploadQuery = z.infer<typeof UploadQuery>

export const File = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    version: z
      .int()
      .describe('The version that downloads get. Each upload of new content under the name adds one.'),
    contentType: z.string(),
    sizeBytes: z.int(),
    sha256: z.string().describe('Of the content, in hexadecimal.'),
    tags: z.array(z.string()),
    uploadedBy: z.string().nullable().describe('Null for what runs and the system have written.'),
    runId: z
      .string()
      .nullable()
      .describe(
        'The run that the file belongs to: it is not listed among the others, and is deleted with the run.',
      ),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    deletedAt: z.iso.datetime().nullable(),
    url: z.string().describe('Where the content is.'),
  })
  .meta({ id: 'File' })
export type File = z.infer<typeof File>

export const FilePage = pageOf(File).meta({ id: 'FilePage' })

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

export const ListFiles = listQuery(
  ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name', '-sizeBytes', 'sizeBytes'],
  {
    prefix: z
      .string()
      .min(1)
      .max(1_024)
      .optional()
      .describe('The beginning of the name, such as `reports/`.'),
    folder: FolderPath.optional().describe(
      'Only files directly in this folder, such as `reports/2026`, or `/` for the top.',
    ),
    name: z.string().min(1).max(1_024).optional().describe('The whole name.'),
    runId: z
      .string()
      .max(100)
      .optional()
      .describe('The files that belong to this run, which other lists leave out.'),
    type: z
      .string()
      .max(200)
      .optional()
      .describe(`A content type, or a kind of file: ${FILE_KINDS.join(', ')}.`),
    tag: z.string().max(50).optional().describe('In any case.'),
    createdAfter: time.optional(),
    createdBefore: time.optional(),
    minBytes: z.coerce.number().int().min(0).optional(),
    maxBytes: z.coerce.number().int().min(0).optional(),
    uploadedBy: z.string().max(100).optional().describe('The id of a person.'),
    q: z.string().trim().min(1).max(200).optional().describe('Found in the name or a tag.'),
    deleted: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional()
      .describe('Whether to list deleted ones that can still be restored.'),
  },
)
export type ListFiles = z.infer<typeof ListFiles>

export const UploadResults = z
  .strictObject({
    results: z
      .array(
        z.strictObject({
          status: z
            .int()
            .describe(
              '201 for a new file or version, 200 for content that was there already, else that of the error.',
            ),
          name: z.string(),
          file: File.optional(),
          error: z.strictObject({ code: z.string(), detail: z.string() }).optional(),
        }),
      )
      .describe('One for each file, in the order in which they were sent.'),
  })
  .meta({ id: 'UploadResults' })
export type UploadResults = z.infer<typeof UploadResults>

export const UpdateFile = z
  .strictObject({ name: FileName.optional(), tags: Tags.optional() })
  .meta({ id: 'UpdateFile' })
export type UpdateFile = z.infer<typeof UpdateFile>

export const FileVersion = z.strictObject({
  version: z.int(),
  isCurrent: z.boolean(),
  contentType: z.string(),
  sizeBytes: z.int(),
  sha256: z.string(),
  createdBy: z.string().nullable(),
  createdAt: z.iso.datetime(),
  url: z.string(),
})

export const FileVersionPage = pageOf(FileVersion).meta({ id: 'FileVersionPage' })
export type FileVersionPage = z.infer<typeof FileVersionPage>

export const RestoreFile = z
  .strictObject({
    version: z
      .int()
      .min(1)
      .optional()
      .describe('The version that becomes the current one. Default: the current one.'),
    name: FileName.optional().describe('Where another file has taken the name meanwhile.'),
  })
  .meta({ id: 'RestoreFile' })
export type RestoreFile = z.infer<typeof RestoreFile>

export const DeleteFileQuery = z.strictObject({
  permanent: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Delete it permanently and immediately, with all its versions.'),
})
export type DeleteFileQuery = z.infer<typeof DeleteFileQuery>

export const DeletedFile = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    deletedAt: z.iso.datetime(),
    restorableUntil: z.iso.datetime().nullable().describe('Null if it cannot be restored.'),
    uses: z
      .array(z.strictObject({ kind: z.enum(USER_KINDS), id: z.string() }))
      .describe('The uses of the file, at most 100.'),
  })
  .meta({ id: 'DeletedFile' })
export type DeletedFile = z.infer<typeof DeletedFile>

export const ContentQuery = z.strictObject({
  inline: z
    .enum(['0', '1', 'true', 'false'])
    .transform((text) => text === '1' || text === 'true')
    .optional()
    .describe(
      'Whether to display it in the browser instead of saving it. Only images and PDF can be displayed, never HTML or SVG.',
    ),
  version: z.coerce.number().int().min(1).optional().describe('An earlier version.'),
})
export type ContentQuery = z.infer<typeof ContentQuery>

const counted = { files: z.int(), sizeBytes: z.int() }

export const FileStats = z
  .strictObject({
    ...counted,
    storageBytes: z
      .int()
      .describe(
        'The size that counts against the plan: all versions, including those of deleted files until they are removed.',
      ),
    limitBytes: z.int().nullable(),
    deleted: z.strictObject(counted),
    byType: z.array(z.strictObject({ contentType: z.string(), kind: z.enum(FILE_KINDS), ...counted })),
    byMonth: z.array(
      z.strictObject({ month: z.string().describe('Of the first upload, in UTC.'), ...counted }),
    ),
  })
  .meta({ id: 'FileStats' })
export type FileStats = z.infer<typeof FileStats>
