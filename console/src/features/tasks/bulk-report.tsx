import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count, plural, shortId } from '../../ui/format/time.ts'
import { Pill } from '../../ui/glyph.tsx'
import { buttonClass } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { shownStatus } from '../../ui/status.ts'
import { toRun } from '../shell/index.ts'
import { type BulkResult, useRunReport } from './bulk.ts'
import styles from './tasks.module.css'

/** The dialog lists the failures first. */
const MAX_LISTED = 200

type Line = { id: string | null; text: string; isBad: boolean }

/** What has become of each task. */
export function BulkReport({
  results,
  nameOf,
  onClose,
}: {
  results: BulkResult[]
  nameOf: (id: string) => string | undefined
  onClose: () => void
}) {
  const failed = results.filter((one) => !one.ok).length
  const lines = results
    .toSorted((a, b) => Number(a.ok) - Number(b.ok))
    .map(
      (one): Line => ({
        id: one.id,
        text: one.ok ? one.status : one.error.message,
        isBad: !one.ok,
      }),
    )
  return (
    <Dialog
      title={
        failed === 0
          ? `Done for ${plural(results.length, 'task')}`
          : `Done for ${results.length - failed} of ${plural(results.length, 'task')}`
      }
      onClose={onClose}
    >
      <Lines lines={lines} nameOf={nameOf} />
    </Dialog>
  )
}

/** Follows the run until it has ended. It continues if the dialog is closed. */
export function BulkRunDialog({ runId, onClose }: { runId: string; onClose: () => void }) {
  const cache = useQueryClient()
  const { data, error } = useRunReport(runId)
  const status = data?.run.status
  const { done = 0, refused = 0, errors = [] } = data?.report ?? {}
  useEffect(() => {
    if (status === 'succeeded') void cache.invalidateQueries({ queryKey: ['tasks'] })
  }, [status, cache])
  return (
    <Dialog
      title={data?.run.title ?? 'Changing the tasks'}
      about="A run changes them. It continues if you close this."
      onClose={onClose}
      actions={
        <Link {...toRun(runId)} className={buttonClass()}>
          Open the run
        </Link>
      }
    >
      {error && <ProblemNote problem={asProblem(error)} />}
      {data ? (
        <>
          <p className={styles.progress} role="status">
            <Pill status={shownStatus(data.run.status)} />
            <span>
              {count(done)} done
              {refused > 0 && `, ${count(refused)} refused`}
            </span>
          </p>
          {data.run.error && <p className={styles.bad}>{data.run.error.message}</p>}
          <Lines
            lines={errors.map(({ id, message }) => ({ id, text: message, isBad: true }))}
            nameOf={() => undefined}
          />
        </>
      ) : (
        <Skeleton rows={2} />
      )}
    </Dialog>
  )
}

function Lines({ lines, nameOf }: { lines: Line[]; nameOf: (id: string) => string | undefined }) {
  return (
    <ul className={styles.results}>
      {lines.slice(0, MAX_LISTED).map(({ id, text, isBad }, at) => (
        <li key={id ?? at}>
          {id !== null && <span className="mono">{shortId(id)}</span>}
          {id !== null && <span className="cut">{nameOf(id)}</span>}
          <span className={isBad ? styles.bad : 'dim'}>{text}</span>
        </li>
      ))}
      {lines.length > MAX_LISTED && <li>and {count(lines.length - MAX_LISTED)} more</li>}
    </ul>
  )
}
