import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { bytes, plural } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { iconOf } from './file-columns.tsx'
import styles from './file-field.module.css'
import { baseOf, folderOf } from './model/names.ts'
import { type FilesSearch, isSearch } from './model/search.ts'
import { useFiles, useFolders } from './queries.ts'

type Props = { title: string; isMany: boolean; onPick: (ids: string[]) => void; onClose: () => void }

/** Chooses files of the team, folder by folder or by a part of their name. */
export function Picker({ title, isMany, onPick, onClose }: Props) {
  const [folder, setFolder] = useState('')
  const [q, setQ] = useState('')
  const [picked, setPicked] = useState<readonly string[]>([])
  const search: FilesSearch = {
    ...(folder !== '' && { folder }),
    ...(q.trim() !== '' && { q: q.trim() }),
  }
  const hasSearch = isSearch(search)
  const folders = useFolders(search)
  const files = useFiles(search)
  const names = hasSearch ? [] : (folders.data?.pages.flatMap((page) => page.items) ?? [])
  const rows = files.data?.pages.flatMap((page) => page.items) ?? []
  const next = !hasSearch && folders.hasNextPage ? folders : files.hasNextPage ? files : null
  const toggle = (id: string) => {
    if (!isMany) onPick([id])
    else setPicked(picked.includes(id) ? picked.filter((one) => one !== id) : [...picked, id])
  }
  return (
    <Dialog
      title={title}
      size="large"
      onClose={onClose}
      actions={
        isMany && (
          <Button look="primary" disabled={picked.length === 0} onClick={() => onPick([...picked])}>
            Choose {plural(picked.length, 'file')}
          </Button>
        )
      }
    >
      <div className={styles.picker}>
        <TextField
          label={folder === '' ? 'Search all files' : `Search in ${folder}`}
          type="search"
          value={q}
          maxLength={200}
          onChange={(event) => setQ(event.target.value)}
        />
        <div className={styles.found} role="group" aria-label="Files" aria-busy={files.isPlaceholderData}>
          {folder !== '' && (
            <button type="button" onClick={() => setFolder(folderOf(folder))}>
              <Icon name="back" size={14} />
              <span>Back to {folderOf(folder) === '' ? 'all files' : folderOf(folder)}</span>
            </button>
          )}
          {names.map((one) => (
            <button key={one.name} type="button" onClick={() => setFolder(one.name)}>
              <Icon name="folder" size={14} />
              <bdi className="cut">{baseOf(one.name)}</bdi>
              <span className="faint">{plural(one.files, 'file')}</span>
            </button>
          ))}
          {rows.map((one) => (
            <button
              key={one.id}
              type="button"
              aria-pressed={isMany ? picked.includes(one.id) : undefined}
              onClick={() => toggle(one.id)}
            >
              <Icon name={iconOf(one.contentType)} size={14} />
              <bdi className="cut" title={one.name}>
                {baseOf(one.name)}
              </bdi>
              <span className="faint num">{bytes(one.sizeBytes)}</span>
            </button>
          ))}
          {next && (
            <button
              type="button"
              disabled={next.isFetchingNextPage}
              onClick={() => void next.fetchNextPage()}
            >
              More
            </button>
          )}
          {files.isSuccess && rows.length + names.length === 0 && (
            <p style={{ padding: 12 }} className="faint">
              {hasSearch ? 'No matching files.' : 'No files here.'}
            </p>
          )}
          {files.isError && <ProblemNote problem={asProblem(files.error)} />}
        </div>
      </div>
    </Dialog>
  )
}
