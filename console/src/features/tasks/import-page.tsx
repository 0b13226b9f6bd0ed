import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import type { Dropped } from '../../ui/dropped.ts'
import { bytes, count, plural } from '../../ui/format/time.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { DropZone, FilesButton, usePastedFiles } from '../../ui/kit/drop-zone.tsx'
import { ProblemNote, useTitle } from '../../ui/kit/page.tsx'
import { toTask, toTasks, useRights } from '../shell/index.ts'
import { TasksFrame } from './frame.tsx'
import { isWorkbook, mediaTypeOf } from './model/media-type.ts'
import styles from './tasks.module.css'

const MAX_BYTES = 10 * 1024 * 1024
/** Refused rows are shown first. */
const MAX_LISTED = 200

type Content = { type: string; data: string | Blob }

async function contentOf(file: File): Promise<Content> {
  if (isWorkbook(file.name)) return { type: mediaTypeOf(file.name, ''), data: file }
  const data = await file.text()
  return { type: mediaTypeOf(file.name, data), data }
}

export function ImportPage() {
  useTitle('Import tasks')
  const { mayRun } = useRights()
  const [file, setFile] = useState<{ name: string; size: number; content: Content } | null>(null)
  const [note, setNote] = useState<string | null>(null)
  const cache = useQueryClient()
  const send = useMutation({
    meta: { quiet: true },
    mutationFn: ({ content }: { content: Content }) => call('POST /tasks/import', { content }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['tasks'] }),
  })
  async function take([dropped]: Dropped[]) {
    const chosen = dropped?.file
    if (!chosen) return
    send.reset()
    setNote(chosen.size > MAX_BYTES ? 'The file is larger than 10 MB.' : null)
    if (chosen.size > MAX_BYTES) return setFile(null)
    setFile({ name: chosen.name, size: chosen.size, content: await contentOf(chosen) })
  }
  usePastedFiles(mayRun ? take : null)
  if (!mayRun)
    return (
      <TasksFrame>
        <p className={styles.page}>A viewer cannot import tasks. Ask an owner or admin of the team.</p>
      </TasksFrame>
    )
  return (
    <TasksFrame>
      <DropZone
        invitation="Drop a file with tasks"
        onFiles={(files) => void take(files)}
        className={styles.page}
      >
        <p className="dim">
          A file in CSV, XLSX, JSON or JSON lines, as an export writes it, with up to 1,000 tasks. Dates in a
          workbook count as UTC. Each row becomes a new task. <span className="mono">title</span> and{' '}
          <span className="mono">type</span> are required; <span className="mono">parentId</span> may name the{' '}
          <span className="mono">id</span> of another row.
        </p>
        <div className={styles.line}>
          <FilesButton
            multiple={false}
            accept=".csv,.xlsx,.json,.jsonl,.ndjson"
            onFiles={(files) => void take(files)}
          >
            Choose a file
          </FilesButton>
          {file && (
            <span>
              <b>{file.name}</b> <span className="faint">{bytes(file.size)}</span>
            </span>
          )}
          {file && !send.isSuccess && (
            <Button look="primary" icon="upload" busy={send.isPending} onClick={() => send.mutate(file)}>
              Import
            </Button>
          )}
        </div>
        {note && <p role="alert">{note}</p>}
        {send.isError && <ProblemNote problem={asProblem(send.error)} />}
        {send.data && <Report report={send.data} />}
      </DropZone>
    </TasksFrame>
  )
}

type Results = Awaited<ReturnType<typeof call<'POST /tasks/import'>>>

function Report({ report: { made, refused, results } }: { report: Results }) {
  const rows = results.map((result, at) => ({ result, at })).filter(({ result }) => !result.ok)
  return (
    <section aria-label="Result" className={styles.report}>
      <p role="status">
        <b>{plural(made, 'task')} created</b>
        {refused > 0 && `, ${plural(refused, 'row')} refused`}.{' '}
        {results.length === 1 && results[0]?.ok && (
          <Link {...toTask(results[0].id)} className="link">
            Open it
          </Link>
        )}
      </p>
      {rows.length > 0 && (
        <ul className={styles.results}>
          {rows.slice(0, MAX_LISTED).map(({ result, at }) => (
            <li key={at}>
              <span>Row {count(at + 1)}</span>
              {!result.ok && (
                <span className={styles.bad}>
                  {result.error.path && <span className="mono">{result.error.path}</span>}{' '}
                  {result.error.message}
                </span>
              )}
            </li>
          ))}
          {rows.length > MAX_LISTED && <li>and {count(rows.length - MAX_LISTED)} more</li>}
        </ul>
      )}
      <div>
        <Link {...toTasks()} className={buttonClass()}>
          Show the tasks
        </Link>
      </div>
    </section>
  )
}
