import { useId, useState } from 'react'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { typedFolder } from './model/names.ts'
import { useFolders } from './queries.ts'

/** Suggests the folders below the one that is being typed. */
export function FolderField({
  value,
  onChange,
  error,
  label = 'Folder (optional)',
}: {
  value: string
  onChange: (value: string) => void
  error?: string | undefined
  label?: string
}) {
  const list = useId()
  const slash = value.lastIndexOf('/')
  const parent = typedFolder(value.slice(0, Math.max(0, slash)))
  const folders = useFolders(parent === '' ? {} : { folder: parent })
  const known = folders.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <TextField
        label={label}
        help="Folders have / between them. A new one exists as soon as a file is in it."
        error={error}
        value={value}
        maxLength={1000}
        list={list}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {known.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}

type Props = { title: string; onMove: (folder: string) => Promise<void>; onClose: () => void }

export function MoveDialog({ title, onMove, onClose }: Props) {
  const [folder, setFolder] = useState('')
  const [isBusy, setBusy] = useState(false)
  return (
    <Dialog
      title={title}
      about="They keep their ids and links."
      onClose={onClose}
      onSubmit={() => {
        setBusy(true)
        void onMove(folder).finally(() => setBusy(false))
      }}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={isBusy}>
            Move
          </Button>
        </>
      }
    >
      <FolderField value={folder} onChange={setFolder} />
    </Dialog>
  )
}

type TagProps = { title: string; onTag: (tags: string[]) => Promise<void>; onClose: () => void }

/** Adds tags, and keeps those that the files have. */
export function TagDialog({ title, onTag, onClose }: TagProps) {
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  return (
    <Dialog
      title={title}
      about="The files keep the tags that they have."
      onClose={onClose}
      onSubmit={() => {
        setBusy(true)
        void onTag(tags).finally(() => setBusy(false))
      }}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={isBusy} disabled={tags.length === 0}>
            Add
          </Button>
        </>
      }
    >
      <TextField
        label="Tags, separated by commas"
        required
        maxLength={500}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </Dialog>
  )
}
