import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { downloadWithStatus, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { count, plural } from '../../ui/format/time.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { toRun } from '../shell/index.ts'
import { queryOf, type TaskFilter } from './model/filter.ts'

type Format = NonNullable<Schemas['ExportTasks']['format']>
type Column = NonNullable<Schemas['ExportTasks']['columns']>[number]
type Started = { runId: string; file: string; rows: number }

const FORMATS: Record<Format, string> = {
  csv: 'CSV',
  xlsx: 'Excel workbook',
  json: 'JSON',
  jsonl: 'JSON lines',
}
const MAIN: Column[] = [
  'title',
  'status',
  'type',
  'priority',
  'assignee',
  'dueAt',
  'progress',
  'tags',
  'finishedAt',
]

/** The tasks that the list shows, as a file. Of many, a run writes the file. */
export function ExportDialog({
  filter,
  total,
  onClose,
}: {
  filter: TaskFilter
  total: number
  onClose: () => void
}) {
  const [format, setFormat] = useState<Format>('csv')
  const [isMain, setMain] = useState(false)
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: async (): Promise<Started | null> => {
      const { status, bytes } = await downloadWithStatus('POST /tasks/export', {
        body: {
          format,
          filter: queryOf(filter, serverNow()),
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
          ...(isMain && { columns: MAIN }),
        },
      })
      if (status === 202) return JSON.parse(await bytes.text()) as Started
      saveFile(bytes, `tasks.${format}`)
      return null
    },
    onSuccess: (started) => started === null && onClose(),
  })
  const started = send.data
  return (
    <Dialog
      title={`Export ${plural(total, 'task')}`}
      about="The tasks that match the filters of the list."
      onClose={onClose}
      onSubmit={() => send.mutate()}
      actions={
        started ? (
          <Link {...toRun(started.runId)} className={buttonClass({ look: 'primary' })}>
            Follow the run
          </Link>
        ) : (
          <>
            <Button onClick={onClose}>Leave it</Button>
            <Button type="submit" look="primary" icon="download" busy={send.isPending}>
              Export
            </Button>
          </>
        )
      }
    >
      {started ? (
        <p>
          A run writes {count(started.rows)} tasks to the file <b>{started.file}</b> of the team.
        </p>
      ) : (
        <>
          <SelectField
            label="Format"
            value={format}
            onChange={(event) => setFormat(event.target.value as Format)}
          >
            {Object.entries(FORMATS).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label="Columns"
            help={isMain ? MAIN.join(', ') : 'Such a file can be imported again.'}
            value={isMain ? 'main' : 'all'}
            onChange={(event) => setMain(event.target.value === 'main')}
          >
            <option value="all">All columns</option>
            <option value="main">Those that people read</option>
          </SelectField>
        </>
      )}
      {send.isError && <ProblemNote problem={asProblem(send.error)} />}
    </Dialog>
  )
}
