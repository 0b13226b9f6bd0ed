// Fields of a form whose value is a file of the team: `{ "$file": "file_…" }`, or a list of them.
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { addUploads } from '../../api/uploads/queue.ts'
import type { Dropped } from '../../ui/dropped.ts'
import { type FileReference, isFileReference } from '../../ui/form/file-schema.ts'
import type { FileFieldProps } from '../../ui/form/schema-form.tsx'
import { bytes } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Button, IconButton } from '../../ui/kit/button.tsx'
import { DropZone, FilesButton } from '../../ui/kit/drop-zone.tsx'
import { Field } from '../../ui/kit/field.tsx'
import { reasonOf, useUploads } from '../uploads/index.ts'
import styles from './file-field.module.css'
import { useFile } from './queries.ts'

const Picker = lazy(() => import('./picker.tsx').then((parts) => ({ default: parts.Picker })))

/** Files that are uploaded into a form, and not somewhere else by a person, are kept together. */
const FOLDER = 'inputs'

export const FileField = ({ value, onChange, ...field }: FileFieldProps) => (
  <References
    {...field}
    references={isFileReference(value) ? [value] : []}
    most={1}
    onChange={([first]) => onChange(first)}
  />
)

export const FileListField = ({ value, onChange, ...field }: FileFieldProps) => (
  <References
    {...field}
    references={Array.isArray(value) ? value.filter(isFileReference) : []}
    most={100}
    onChange={(list) => onChange(list.length === 0 && !field.required ? undefined : list)}
  />
)

type Props = Omit<FileFieldProps, 'value' | 'onChange'> & {
  references: FileReference[]
  most: number
  onChange: (references: FileReference[]) => void
}

function References({ label, help, error, required, references, most, onChange }: Props) {
  const [isPicking, setPicking] = useState(false)
  const [waiting, setWaiting] = useState<readonly number[]>([])
  const uploads = useUploads()
  const latest = useRef({ references, onChange })
  latest.current = { references, onChange }
  const add = (ids: string[]) => {
    const { references: old, onChange: change } = latest.current
    const all = [...(most === 1 ? [] : old), ...ids.map((id) => ({ $file: id }))]
    const seen = new Set<string>()
    change(all.filter(({ $file }) => !seen.has($file) && seen.add($file)).slice(0, most))
  }
  useEffect(() => {
    const done = uploads.filter((one) => waiting.includes(one.id) && one.fileId !== null)
    if (done.length === 0) return
    setWaiting(waiting.filter((id) => !done.some((one) => one.id === id)))
    add(done.flatMap(({ fileId }) => (fileId === null ? [] : [fileId])))
  }, [uploads, waiting])
  const upload = (files: Dropped[]) =>
    setWaiting([...waiting, ...addUploads(files.slice(0, most), FOLDER, 'rename')])
  const open = uploads.filter((one) => waiting.includes(one.id))
  const hasRoom = references.length + open.length < most || most === 1
  return (
    <Field label={label} help={help} error={error}>
      {(id, describedBy) => (
        <DropZone invitation={hasRoom ? 'Drop a file to upload it' : null} onFiles={upload}>
          <div id={id} className={styles.box} role="group" aria-label={label} aria-describedby={describedBy}>
            {references.map(({ $file }) => (
              <Chosen
                key={$file}
                id={$file}
                onRemove={() => onChange(references.filter((one) => one.$file !== $file))}
              />
            ))}
            {open.map((one) => (
              <p key={one.id} className="faint">
                {one.state === 'failed'
                  ? `${one.name} was not uploaded: ${reasonOf(one)}`
                  : `Uploading ${one.name}…`}
              </p>
            ))}
            {/* The browser checks it like any other required field. */}
            <input
              className="unseen"
              tabIndex={-1}
              aria-hidden="true"
              required={required && references.length === 0}
              value=""
              onChange={() => undefined}
            />
            {hasRoom && (
              <span className={styles.buttons}>
                <Button size="small" icon="file" onClick={() => setPicking(true)}>
                  {most === 1 && references.length > 0 ? 'Choose another file' : 'Choose a file'}
                </Button>
                <FilesButton size="small" multiple={most > 1} onFiles={upload}>
                  Upload
                </FilesButton>
              </span>
            )}
          </div>
          {isPicking && (
            <Suspense>
              <Picker
                title={label}
                isMany={most > 1}
                onClose={() => setPicking(false)}
                onPick={(ids) => {
                  setPicking(false)
                  add(ids)
                }}
              />
            </Suspense>
          )}
        </DropZone>
      )}
    </Field>
  )
}

function Chosen({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { data, isError } = useFile(id)
  const name = data?.file.name ?? id
  return (
    <p className={styles.chosen}>
      <Icon name="file" size={14} />
      <b className="cut" title={name}>
        <bdi>{name}</bdi>
      </b>
      <span className="faint num">
        {isError ? 'The team has no such file.' : data && bytes(data.file.sizeBytes)}
      </span>
      <IconButton size="small" icon="close" label={`Remove ${name}`} onClick={onRemove} />
    </p>
  )
}
