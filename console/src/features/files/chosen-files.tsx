import { useState } from 'react'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { bytes, plural } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectionBar } from '../../ui/kit/selection-bar.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import styles from './files.module.css'
import { baseOf, joined, typedFolder } from './model/names.ts'
import { MoveDialog, TagDialog } from './move-dialog.tsx'
import { type StoredFile, useRefreshFiles } from './queries.ts'
import { ZipButton } from './zip-button.tsx'

type Props = {
  files: StoredFile[]
  total: number
  mayWrite: boolean
  /** Absent while some are not loaded. */
  onAll: (() => void) | undefined
  onClear: () => void
}

type Failure = { name: string; message: string }

/** Acts on the chosen files one after another. Each has a result of its own. */
export function ChosenFiles({ files, total, mayWrite, onAll, onClear }: Props) {
  const refresh = useRefreshFiles()
  const [isDeleting, setDeleting] = useState(false)
  const [open, setOpen] = useState<'move' | 'tag' | null>(null)
  const [failures, setFailures] = useState<Failure[]>([])

  async function each<T>(list: StoredFile[], act: (file: StoredFile) => Promise<T>): Promise<T[]> {
    const failed: Failure[] = []
    const done: T[] = []
    for (const file of list)
      try {
        done.push(await act(file))
      } catch (error) {
        failed.push({ name: file.name, message: asProblem(error).message })
      }
    setFailures(failed)
    refresh()
    return done
  }
  async function remove() {
    setDeleting(true)
    const deleted = await each(files, ({ id }) => call('DELETE /files/{id}', { params: { id } }))
    setDeleting(false)
    onClear()
    if (deleted.length === 0) return
    const restore = () =>
      void each(
        files.filter(({ id }) => deleted.some((one) => one.id === id)),
        ({ id }) => call('POST /files/{id}/restore', { params: { id } }),
      )
    showToast(`${plural(deleted.length, 'file')} moved to the bin.`, { label: 'Undo', act: restore })
  }
  async function move(folder: string) {
    const to = typedFolder(folder)
    const moved = await each(files, ({ id, name }) =>
      call('PATCH /files/{id}', { params: { id }, body: { name: joined(to, baseOf(name)) } }),
    )
    setOpen(null)
    onClear()
    if (moved.length > 0) showToast(`${plural(moved.length, 'file')} moved to ${to === '' ? 'the top' : to}.`)
  }
  async function tag(tags: string[]) {
    const tagged = await each(files, ({ id, tags: old }) =>
      call('PATCH /files/{id}', { params: { id }, body: { tags: [...new Set([...old, ...tags])] } }),
    )
    setOpen(null)
    if (tagged.length > 0) showToast(`${plural(tagged.length, 'file')} tagged.`)
  }
  const size = files.reduce((sum, one) => sum + one.sizeBytes, 0)
  return (
    <>
      <SelectionBar label="Chosen files" chosen={files.length} total={total} onAll={onAll} onClear={onClear}>
        <span className="faint num">{bytes(size)}</span>
        <ZipButton look="quiet" size="small" choice={{ ids: files.map(({ id }) => id) }} name="files.zip">
          Zip
        </ZipButton>
        {mayWrite && (
          <>
            <Button look="quiet" size="small" icon="folder" onClick={() => setOpen('move')}>
              Move
            </Button>
            <Button look="quiet" size="small" icon="plus" onClick={() => setOpen('tag')}>
              Tag
            </Button>
            <Button look="quiet" size="small" icon="trash" busy={isDeleting} onClick={() => void remove()}>
              Delete
            </Button>
          </>
        )}
      </SelectionBar>
      {open === 'move' && (
        <MoveDialog
          title={`Move ${plural(files.length, 'file')}`}
          onMove={move}
          onClose={() => setOpen(null)}
        />
      )}
      {open === 'tag' && (
        <TagDialog title={`Tag ${plural(files.length, 'file')}`} onTag={tag} onClose={() => setOpen(null)} />
      )}
      {failures.length > 0 && (
        <Dialog
          title={`${plural(failures.length, 'file')} could not be changed`}
          onClose={() => setFailures([])}
        >
          <ul className={styles.failures}>
            {failures.map(({ name, message }) => (
              <li key={name}>
                <b>{name}</b> {message}
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  )
}
