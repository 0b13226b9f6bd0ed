import { column, exportList } from '../../db/export-list.ts'

/** Without their content, which can be downloaded by id. */
export const filesExport = [
  exportList({
    name: 'files',
    of: 'owned',
    at: ['f.id'],
    start: [''],
    from: 'files f',
    where: 'f.team_id = ?2',
    columns: {
      id: column.text('f.id'),
      teamId: column.text('f.team_id'),
      name: column.text('f.name'),
      version: column.number('f.version'),
      contentType: column.text('f.content_type'),
      sizeBytes: column.number('f.size_bytes'),
      sha256: column.text('f.sha256'),
      tags: column.json('f.tags'),
      uploadedBy: column.textOrNull('f.uploaded_by'),
      runId: column.textOrNull('f.run_id'),
      createdAt: column.time('f.created_at'),
      updatedAt: column.time('f.updated_at'),
      deletedAt: column.timeOrNull('f.deleted_at'),
    },
  }),
]
