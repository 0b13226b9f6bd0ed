import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import type { Versioned } from '../../../core/version.ts'
import type { FileRow } from '../repo/files.ts'
import type { File } from '../schema/file.ts'

export const contentUrl = (id: string): string => `/api/v1/files/${id}/content`

export const toFile = (row: FileRow): File => ({
  id: row.id,
  name: row.name,
  version: row.version,
  contentType: row.contentType,
  sizeBytes: row.sizeBytes,
  sha256: row.sha256,
  tags: JSON.parse(row.tags) as string[],
  uploadedBy: row.uploadedBy,
  runId: row.runId,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
  deletedAt: toIsoOrNull(row.deletedAt),
  url: contentUrl(row.id),
})

export const versionedFile = (row: FileRow): Versioned<File> => ({
  view: toFile(row),
  revision: row.revision,
})
