import { useState } from 'react'
import { shortId } from '../../ui/format/time.ts'
import { IconButton } from '../../ui/kit/button.tsx'
import { Combobox } from '../../ui/kit/combobox.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import styles from './form.module.css'
import type { Form, SourceKind } from './model/form.ts'
import { useFileNames, useFolders, useRunNames } from './queries.ts'
import { UploadField } from './upload-field.tsx'

type Props = {
  form: Form
  error: string | undefined
  onChange: (change: Partial<Form>) => void
  onBusy: (isBusy: boolean) => void
}

const KINDS: { id: SourceKind; name: string }[] = [
  { id: 'prefix', name: 'A folder' },
  { id: 'zip', name: 'A zip' },
  { id: 'files', name: 'Single files' },
  { id: 'runId', name: 'A run' },
]

/** Where the files come from. */
export function SourceFields({ form, error, onChange, onBusy }: Props) {
  return (
    <fieldset className={styles.source}>
      <legend>Files to publish</legend>
      <Tabs
        look="box"
        label="Source"
        tabs={KINDS}
        value={form.kind}
        onChange={(kind) => onChange({ kind: kind as SourceKind })}
      >
        <div className={styles.fields}>
          {form.kind === 'prefix' && <FolderField form={form} error={error} onChange={onChange} />}
          {form.kind === 'zip' && <ZipField form={form} error={error} onChange={onChange} />}
          {form.kind === 'files' && <FilesField form={form} error={error} onChange={onChange} />}
          {form.kind === 'runId' && <RunField form={form} error={error} onChange={onChange} />}
          {form.kind !== 'prefix' && (
            <TextField
              label="Only this folder of it (optional)"
              placeholder="dist"
              help="Its content is published, without the folder in the path."
              maxLength={1000}
              value={form.base}
              onChange={(event) => onChange({ base: event.target.value })}
            />
          )}
        </div>
      </Tabs>
      {(form.kind === 'prefix' || form.kind === 'zip') && (
        <UploadField project={form.project} onSource={onChange} onBusy={onBusy} />
      )}
    </fieldset>
  )
}

type FieldProps = Omit<Props, 'onBusy'>

function FolderField({ form, error, onChange }: FieldProps) {
  const parent = form.prefix.includes('/') ? form.prefix.slice(0, form.prefix.lastIndexOf('/') + 1) : ''
  const folders = useFolders(parent).data ?? []
  return (
    <>
      <TextField
        label="Folder"
        placeholder="site/"
        help="All files of the team in it, also in folders below."
        list="deploy-folders"
        required
        maxLength={1000}
        error={error}
        value={form.prefix}
        onChange={(event) => onChange({ prefix: event.target.value })}
      />
      <datalist id="deploy-folders">
        {folders.map((one) => (
          <option key={one.name} value={one.name} />
        ))}
      </datalist>
    </>
  )
}

function ZipField({ form, error, onChange }: FieldProps) {
  const [q, setQ] = useState('')
  const found = useFileNames('zip', q)
  return (
    <Combobox
      label="Zip of the team"
      placeholder="Type a part of its name"
      required
      error={error}
      value={form.zip === '' ? null : { id: form.zip, name: form.zip }}
      options={(found.data ?? []).map(({ name }) => ({ id: name, name }))}
      isSearching={found.isFetching}
      onSearch={setQ}
      onChange={(option) => onChange({ zip: option?.id ?? '' })}
    />
  )
}

function FilesField({ form, error, onChange }: FieldProps) {
  const [q, setQ] = useState('')
  const found = useFileNames('any', q)
  const { files } = form
  const set = (at: number, path: string) =>
    onChange({ files: files.map((one, index) => (index === at ? { ...one, path } : one)) })
  return (
    <>
      <ul className={styles.chosen} aria-label="Chosen files">
        {files.map(({ file, path }, at) => (
          <li key={file}>
            <bdi className="mono cut" title={file}>
              {file}
            </bdi>
            <input
              aria-label={`Path of ${file}`}
              placeholder={`as ${file}`}
              maxLength={1024}
              value={path}
              onChange={(event) => set(at, event.target.value)}
            />
            <IconButton
              size="small"
              icon="close"
              label={`Remove ${file}`}
              onClick={() => onChange({ files: files.filter((_, index) => index !== at) })}
            />
          </li>
        ))}
      </ul>
      <Combobox
        key={files.length}
        label={files.length === 0 ? 'File of the team' : 'Another file'}
        placeholder="Type a part of its name"
        required={files.length === 0}
        error={error}
        value={null}
        options={(found.data ?? [])
          .filter(({ name }) => !files.some(({ file }) => file === name))
          .map(({ name }) => ({ id: name, name }))}
        isSearching={found.isFetching}
        onSearch={setQ}
        onChange={(option) => option && onChange({ files: [...files, { file: option.id, path: '' }] })}
      />
    </>
  )
}

function RunField({ form, error, onChange }: FieldProps) {
  const [q, setQ] = useState('')
  const found = useRunNames(q)
  const options = (found.data ?? []).map((run) => ({
    id: run.id,
    name: run.title ?? run.workflowName,
    detail: shortId(run.id),
  }))
  const chosen = options.find(({ id }) => id === form.runId)
  return (
    <Combobox
      label="Run that has succeeded"
      help="The files that its output names, or else those that its steps wrote."
      placeholder="Its title or id"
      required
      error={error}
      value={form.runId === '' ? null : (chosen ?? { id: form.runId, name: form.runId })}
      options={options}
      isSearching={found.isFetching}
      onSearch={setQ}
      onChange={(option) => onChange({ runId: option?.id ?? '' })}
    />
  )
}
