import { useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { Empty, ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import type { Shown } from '../../ui/status.ts'
import { useRights } from '../shell/index.ts'
import { ExportButton } from './export-button.tsx'
import {
  type Schedule,
  useDeleteSchedule,
  useIntegrationsOfType,
  useRunSchedule,
  useSchedule,
} from './export-queries.ts'
import { CostsFrame } from './frame.tsx'
import { periodName } from './model/days.ts'
import { FORMAT_LABELS } from './model/formats.ts'
import { ScheduleDialog } from './schedule-dialog-lazy.tsx'

const EVERY = { day: 'day', week: 'week, from Monday', month: 'month' }

/** Files of costs: now, or after the end of each day, week or month. */
export function Exports() {
  useTitle('Exports of costs')
  const found = useSchedule()
  const { mayRun } = useRights()
  const [isEditing, setEditing] = useState(false)
  const problem = found.error === null ? null : asProblem(found.error)
  return (
    <CostsFrame end={<ExportButton filter={{}} />}>
      <div className={sheet.page}>
        {problem ? (
          <ProblemNote problem={problem} onRetry={() => void found.refetch()} />
        ) : found.data === undefined ? (
          <Skeleton rows={5} height={48} />
        ) : found.data === null ? (
          <Empty
            icon="calendar"
            title="No scheduled exports"
            action={
              mayRun && (
                <Button look="primary" onClick={() => setEditing(true)}>
                  Schedule exports
                </Button>
              )
            }
          >
            The costs of each day, week or month become a file of the team, and can be sent to a bucket.
          </Empty>
        ) : (
          <ScheduleView schedule={found.data} mayChange={mayRun} onEdit={() => setEditing(true)} />
        )}
      </div>
      {isEditing && <ScheduleDialog schedule={found.data ?? null} onClose={() => setEditing(false)} />}
    </CostsFrame>
  )
}

type ViewProps = { schedule: Schedule; mayChange: boolean; onEdit: () => void }

function ScheduleView({ schedule: one, mayChange, onEdit }: ViewProps) {
  const run = useRunSchedule()
  const remove = useDeleteSchedule()
  // One intent until it was answered.
  const [key, setKey] = useState(newIdempotencyKey)
  const buckets = useIntegrationsOfType('aws-s3', one.integrationId !== null).data
  const bucket = buckets?.find(({ id }) => id === one.integrationId)?.name ?? one.integrationId
  return (
    <>
      <section className={sheet.block} aria-labelledby="schedule">
        <header>
          <h2 id="schedule">Every {EVERY[one.every]}</h2>
          <span className={sheet.grow} />
          {mayChange && (
            <>
              <Button
                busy={run.isPending}
                onClick={() =>
                  run.mutate(key, {
                    onSuccess: () => {
                      setKey(newIdempotencyKey())
                      showToast('The export of the last period has started.')
                    },
                  })
                }
              >
                Export the last period now
              </Button>
              <Button onClick={onEdit}>Change</Button>
              <ConfirmButton
                icon="trash"
                foldsText
                question="Stop the scheduled exports?"
                about="Files that were written stay. No more are written."
                verb="Stop them"
                onConfirm={() => remove.mutateAsync()}
              >
                Stop
              </ConfirmButton>
            </>
          )}
        </header>
        <Facts
          facts={[
            [
              'Next',
              <span key="next" title={exact(one.nextAt)}>
                <Ago at={one.nextAt} />
              </span>,
            ],
            ['Format', FORMAT_LABELS[one.format]],
            [
              'Folder',
              one.folder === '' ? (
                'none'
              ) : (
                <span key="folder" className="mono">
                  {one.folder}
                </span>
              ),
            ],
            ['Bucket', bucket],
            ['Key in the bucket', one.path && <span className="mono">{one.path}</span>],
          ]}
        />
      </section>
      <LastRun of={one} />
    </>
  )
}

const RUN_STATUS: Record<NonNullable<Schedule['lastRun']>['status'], Shown> = {
  running: 'running',
  retrying: 'retrying',
  succeeded: 'succeeded',
  empty: 'skipped',
  failed: 'failed',
}

function LastRun({ of: { lastRun: one } }: { of: Schedule }) {
  if (one === null) return <p className={sheet.note}>Nothing was exported yet.</p>
  return (
    <section className={sheet.block} aria-labelledby="last">
      <header>
        <h2 id="last">Last export</h2>
        <span role="status">
          <StatusCell status={RUN_STATUS[one.status]} />
        </span>
      </header>
      {one.error !== null && <p className={sheet.fault}>{one.error}</p>}
      {one.status === 'empty' && <p className={sheet.note}>There were no costs, so no file was written.</p>}
      <Facts
        facts={[
          ['Of', periodName(one)],
          [
            'Started',
            <span key="at" title={exact(one.startedAt)}>
              <Ago at={one.startedAt} />
            </span>,
          ],
          ['File', one.status !== 'empty' && <span className="mono">{one.file}</span>],
          ['In the bucket', one.object && <span className="mono">{one.object}</span>],
        ]}
      />
    </section>
  )
}
