import { bytes, plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import type { Column } from '../../ui/kit/data-table.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { PersonName } from '../people/index.ts'
import styles from './files.module.css'
import { baseOf, folderOf, typeLabel } from './model/names.ts'
import type { Folder, StoredFile } from './queries.ts'

/** A row: a folder or a file. */
export type Entry =
  | { id: string; folder: Folder; file: null }
  | { id: string; folder: null; file: StoredFile }

const MAX_TAGS = 3

export const iconOf = (contentType: string): IconName => {
  if (contentType.startsWith('image/')) return 'image'
  if (/csv|tab-separated|parquet|avro|sqlite|sheet/.test(contentType)) return 'data'
  if (/json|javascript|typescript|x-(?:python|ruby|go|rust|java|c|schema)|html|css/.test(contentType))
    return 'braces'
  return 'file'
}

/** With the folder of each file, if files of several folders are listed. */
export const fileColumns = (showsFolders: boolean): Column<Entry>[] => [
  {
    name: 'Kind',
    width: '32px',
    phone: 'sign',
    cell: ({ file }) => (
      <span className="faint">
        <Icon name={file === null ? 'folder' : iconOf(file.contentType)} size={15} />
      </span>
    ),
  },
  {
    name: 'Name',
    width: 'minmax(180px, 2fr)',
    phone: 'title',
    sort: 'name',
    cell: ({ folder, file }) => (
      <span className={styles.name} title={folder?.name ?? file?.name}>
        <bdi>{baseOf(folder?.name ?? file?.name ?? '')}</bdi>
        {showsFolders && file && folderOf(file.name) !== '' && (
          <span className="faint"> in {folderOf(file.name)}</span>
        )}
      </span>
    ),
  },
  {
    name: 'Tags',
    width: 'minmax(0, 1fr)',
    cell: ({ file }) =>
      file && (
        <span className={styles.tags} title={file.tags.join(', ')}>
          {file.tags.slice(0, MAX_TAGS).map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
          {file.tags.length > MAX_TAGS && <Tag>+{file.tags.length - MAX_TAGS}</Tag>}
        </span>
      ),
  },
  {
    name: 'Type',
    width: '88px',
    medium: null,
    cell: ({ folder, file }) => (
      <span className="faint" title={file?.contentType}>
        {file ? typeLabel(file) : plural(folder?.files ?? 0, 'file')}
      </span>
    ),
  },
  {
    name: 'From',
    width: 'minmax(0, 150px)',
    medium: 'minmax(0, 110px)',
    cell: ({ file }) =>
      file && (
        <span className="dim">
          {file.uploadedBy === null ? 'A run' : <PersonName id={file.uploadedBy} />}
        </span>
      ),
  },
  {
    name: 'Size',
    width: '72px',
    phone: 'end',
    align: 'end',
    sort: '-sizeBytes',
    cell: ({ folder, file }) => bytes(folder?.sizeBytes ?? file?.sizeBytes ?? 0),
  },
  {
    name: 'Changed',
    width: '84px',
    phone: 'detail',
    align: 'end',
    sort: '-updatedAt',
    cell: ({ folder, file }) => (
      <span className="faint">
        <Ago at={folder?.updatedAt ?? file?.updatedAt ?? null} />
      </span>
    ),
  },
]
