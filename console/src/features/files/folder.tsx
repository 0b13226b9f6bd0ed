import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import type { Dropped } from '../../ui/dropped.ts'
import { Icon } from '../../ui/icon.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { DataTable } from '../../ui/kit/data-table.tsx'
import { FilesButton } from '../../ui/kit/drop-zone.tsx'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { useKeys } from '../../ui/use-keys.ts'
import { PageProblem, toFile } from '../shell/index.ts'
import { ChosenFiles } from './chosen-files.tsx'
import { type Entry, fileColumns } from './file-columns.tsx'
import { FileFilters } from './file-filters.tsx'
import styles from './files.module.css'
import { baseOf, folderOf, levelsOf } from './model/names.ts'
import { type FilesSearch, isSearch, type Sort } from './model/search.ts'
import { Peek } from './peek.tsx'
import { useFiles, useFolders } from './queries.ts'
import { ZipButton } from './zip-button.tsx'

type Props = {
  search: FilesSearch
  onChange: (search: FilesSearch) => void
  onUpload: (files: Dropped[]) => void
  mayWrite: boolean
}

const inFolder = (folder: string): FilesSearch => (folder === '' ? {} : { folder })

/** The folders and files of a level; or all files below it that are searched for. */
export function Folder({ search, onChange, onUpload, mayWrite }: Props) {
  const go = useNavigate()
  const folders = useFolders(search)
  const files = useFiles(search)
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const hasSearch = isSearch(search)
  const entries = useMemo((): Entry[] => {
    const names = hasSearch ? [] : (folders.data?.pages.flatMap((page) => page.items) ?? [])
    const rows = files.data?.pages.flatMap((page) => page.items) ?? []
    return [
      ...names.map((folder) => ({ id: `folder ${folder.name}`, folder, file: null })),
      // Files follow when all folders are there.
      ...(folders.hasNextPage && !hasSearch ? [] : rows.map((file) => ({ id: file.id, folder: null, file }))),
    ]
  }, [folders.data, folders.hasNextPage, files.data, hasSearch])
  const columns = useMemo(() => fileColumns(hasSearch), [hasSearch])
  const total = (files.data?.pages[0]?.total ?? 0) + (hasSearch ? 0 : (folders.data?.pages[0]?.total ?? 0))
  const folder = search.folder ?? ''
  useKeys({ Backspace: () => folder !== '' && move(inFolder(folderOf(folder))) })
  const move = (next: FilesSearch) => {
    setPicked(new Set())
    onChange(next)
  }
  const more = () => {
    const next = folders.hasNextPage && !hasSearch ? folders : files
    loadNextPage(next)
  }
  const failed = files.isError ? files : folders.isError ? folders : null
  const chosen = entries.flatMap(({ file }) => (file !== null && picked.has(file.id) ? [file] : []))
  return (
    <>
      <FileFilters search={search} rows={entries} onChange={move} />
      {search.run === undefined && (
        <Crumbs folder={folder} hasFiles={entries.length > 0} onOpen={(to) => move(inFolder(to))} />
      )}
      {failed ? (
        <PageProblem problem={asProblem(failed.error)} onRetry={() => void failed.refetch()} />
      ) : files.isPending || (folders.isPending && !hasSearch) ? (
        <Skeleton rows={16} />
      ) : entries.length === 0 ? (
        <Nothing search={search} onChange={move} onUpload={onUpload} mayWrite={mayWrite} />
      ) : (
        <DataTable
          label="Files"
          columns={columns}
          rows={entries}
          total={total}
          isOld={files.isPlaceholderData || folders.isPlaceholderData}
          nameOf={({ folder, file }) => baseOf(folder?.name ?? file?.name ?? '')}
          onOpen={({ folder, file }) =>
            folder ? move({ folder: folder.name }) : file && void go(toFile(file.id))
          }
          onEnd={more}
          picked={picked}
          onPick={(ids) => setPicked(new Set([...ids].filter((id) => !id.startsWith('folder '))))}
          peek={({ file }, close) => file && <Peek key={file.id} file={file} onClose={close} />}
          sort={search.sort ?? 'name'}
          onSort={(sort) => move({ ...search, sort: sort as Sort })}
        />
      )}
      {chosen.length > 0 && (
        <ChosenFiles
          files={chosen}
          total={files.data?.pages[0]?.total ?? 0}
          mayWrite={mayWrite && search.run === undefined}
          onAll={
            files.hasNextPage
              ? undefined
              : () => setPicked(new Set(entries.flatMap(({ file }) => (file ? [file.id] : []))))
          }
          onClear={() => setPicked(new Set())}
        />
      )}
    </>
  )
}

type CrumbsProps = { folder: string; hasFiles: boolean; onOpen: (folder: string) => void }

function Crumbs({ folder, hasFiles, onOpen }: CrumbsProps) {
  if (folder === '') return null
  return (
    <nav className={styles.crumbs} aria-label="Folders">
      <button type="button" className="link" onClick={() => onOpen('')}>
        All files
      </button>
      {levelsOf(folder).map((level) => (
        <span key={level}>
          <Icon name="chevron" size={10} />
          {level === folder ? (
            <b>
              <bdi>{baseOf(level)}</bdi>
            </b>
          ) : (
            <button type="button" className="link" onClick={() => onOpen(level)}>
              <bdi>{baseOf(level)}</bdi>
            </button>
          )}
        </span>
      ))}
      {hasFiles && (
        <ZipButton look="quiet" size="small" choice={{ prefix: `${folder}/` }} name={`${baseOf(folder)}.zip`}>
          Download as a zip
        </ZipButton>
      )}
    </nav>
  )
}

const curl = (): string =>
  `curl -fsS '${location.origin}/api/v1/files/upload' -H "x-api-key: $KEY" -H 'x-filename: plan.pdf' --data-binary @plan.pdf`

function Nothing({ search, onChange, onUpload, mayWrite }: Props) {
  if (isSearch(search))
    return (
      <Empty
        icon="filter"
        title="No matching files"
        action={
          <Button onClick={() => onChange(search.folder ? { folder: search.folder } : {})}>
            Show all files
          </Button>
        }
      >
        No file {search.folder ? 'in this folder' : 'of this team'} matches the filters above.
      </Empty>
    )
  return (
    <Empty
      icon="file"
      title={search.folder ? 'This folder is empty' : 'No files yet'}
      action={
        mayWrite && (
          <FilesButton look="primary" onFiles={onUpload}>
            Upload files
          </FilesButton>
        )
      }
    >
      Files that people upload, and that runs write, appear here.
      {mayWrite && (
        <span className={styles.curl}>
          You can also drop or paste them, or use the API: <CopyButton label="Copy as curl" text={curl} />
        </span>
      )}
    </Empty>
  )
}
