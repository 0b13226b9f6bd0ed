import { useNavigate } from '@tanstack/react-router'
import { type DragEvent, useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { Head, ProblemNote, useTitle } from '../../ui/kit/page.tsx'
import { toWorkflow } from '../shell/index.ts'
import { useImport } from './queries.ts'
import styles from './workflow.module.css'

const MAX_BYTES = 5 * 1024 * 1024

/** A workflow file: pasted, chosen or dropped. */
export function ImportPage() {
  useTitle('Import a workflow')
  const draft = useDraft('import', () => ({ text: '', name: '' }))
  const { text, name } = draft.value
  const [key, setKey] = useState(newIdempotencyKey)
  const [note, setNote] = useState<string | null>(null)
  const imports = useImport()
  const go = useNavigate()

  async function read(file: File | undefined) {
    if (!file) return
    if (file.size > MAX_BYTES) return setNote('The file is too large for a workflow.')
    setNote(null)
    draft.set({ name, text: await file.text() })
    setKey(newIdempotencyKey())
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    void read(event.dataTransfer.files[0])
  }
  async function take() {
    const body = { content: text, active: false, ...(name.trim() && { name: name.trim() }) }
    const made = await imports.mutateAsync({ body, key }).catch(() => null)
    if (made === null) return
    draft.forget()
    await go(toWorkflow(made.id))
  }
  return (
    <>
      <Head title="Import a workflow" />
      <section
        className={styles.import}
        aria-label="File"
        onDrop={drop}
        onDragOver={(event) => event.preventDefault()}
      >
        <p className="dim">
          Drop a file here, choose one, or paste it: an exported workflow in YAML or JSON. It is validated and
          stored inactive, so that its schedules start nothing before you have reviewed it.
        </p>
        <DraftNote draft={draft} />
        <input
          type="file"
          aria-label="File"
          accept=".json,.yaml,.yml,application/json"
          onChange={(event) => void read(event.target.files?.[0])}
        />
        <TextField
          label="Name (optional)"
          value={name}
          maxLength={200}
          onChange={(event) => draft.set({ text, name: event.target.value })}
        />
        <TextAreaField
          label="Definition"
          className="mono"
          rows={16}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            draft.set({ name, text: event.target.value })
            setKey(newIdempotencyKey())
          }}
        />
        {note && <p role="alert">{note}</p>}
        {imports.isError && <ProblemNote problem={asProblem(imports.error)} />}
        <div>
          <Button
            look="primary"
            icon="upload"
            disabled={text.trim() === ''}
            busy={imports.isPending}
            onClick={() => void take()}
          >
            Import
          </Button>
        </div>
      </section>
    </>
  )
}
