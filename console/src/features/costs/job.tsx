import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { decimal, exactMoney, money } from '../../ui/format/money.ts'
import { count, duration, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { Tile, Tiles } from '../../ui/kit/tiles.tsx'
import { LiveDot, PageProblem, toPage, toRun, useRights } from '../shell/index.ts'
import { CostsFrame } from './frame.tsx'
import { type Job, useDeleteJob, useJob, useLiveJobs, useRestoreJob, useUpdateJob } from './job-queries.ts'
import { JobUtilisation } from './job-utilisation.tsx'
import { hasEnded, type JobStatus, nextStatuses, VERBS } from './model/jobs.ts'

const EditJobDialog = lazy(() =>
  import('./job-dialog.tsx').then((parts) => ({ default: parts.EditJobDialog })),
)

export function JobPage() {
  const { id } = useParams({ from: '/shell/costs/jobs/$id' })
  useLiveJobs()
  const found = useJob(id)
  const { mayRun } = useRights()
  useTitle(found.data ? nameOf(found.data.job) : 'GPU job')
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="job"
        list="/costs/jobs"
        onRetry={() => void found.refetch()}
      />
    )
  return (
    <CostsFrame
      note={<LiveDot />}
      end={
        found.data &&
        mayRun && <JobActions {...found.data} onReload={async () => (await found.refetch()).data ?? null} />
      }
    >
      <div className={sheet.page}>
        {found.data ? <JobView job={found.data.job} /> : <Skeleton rows={8} height={48} />}
      </div>
    </CostsFrame>
  )
}

const nameOf = (job: Job): string => job.modelName ?? job.externalId ?? 'GPU job'

type ActionProps = { job: Job; etag: string; onReload: () => Promise<{ job: Job; etag: string } | null> }

function JobActions({ job, etag, onReload }: ActionProps) {
  /** As it was when the form opened: live changes do not replace what somebody types. */
  const [edited, setEdited] = useState<{ job: Job; etag: string } | null>(null)
  const update = useUpdateJob(job.id)
  const remove = useDeleteJob(job.id)
  const restore = useRestoreJob()
  if (job.deletedAt !== null)
    return (
      <Button look="primary" busy={restore.isPending} onClick={() => restore.mutate(job.id)}>
        Restore
      </Button>
    )
  return (
    <>
      {!hasEnded(job.status) && (
        <select
          className={sheet.choice}
          aria-label="Change the status"
          value=""
          disabled={update.isPending}
          onChange={({ target }) =>
            target.value !== '' && update.mutate({ body: { status: target.value as JobStatus }, etag })
          }
        >
          <option value="">Change the status</option>
          {nextStatuses(job.status).map((one) => (
            <option key={one} value={one}>
              {VERBS[one]}
            </option>
          ))}
        </select>
      )}
      <Button onClick={() => setEdited({ job, etag })}>Change</Button>
      <ConfirmButton
        icon="trash"
        foldsText
        question={`Delete ${nameOf(job)}?`}
        about="The job no longer counts. It stays in the list of deleted jobs and can be restored."
        verb="Delete the job"
        onConfirm={() => remove.mutateAsync(etag)}
      >
        Delete
      </ConfirmButton>
      {edited && (
        <Suspense>
          <EditJobDialog
            key={edited.etag}
            {...edited}
            onReload={async () => setEdited(await onReload())}
            onClose={() => setEdited(null)}
          />
        </Suspense>
      )}
    </>
  )
}

function JobView({ job }: { job: Job }) {
  const ranMs =
    job.startedAt !== null && job.finishedAt !== null
      ? Date.parse(job.finishedAt) - Date.parse(job.startedAt)
      : null
  const time = (at: string | null) =>
    at && (
      <span title={exact(at)}>
        <Ago at={at} />
      </span>
    )
  return (
    <>
      <section className={sheet.reportHead} aria-label="Status">
        <h2>
          <bdi>{nameOf(job)}</bdi>
        </h2>
        <span role="status">
          <StatusCell status={job.status} />
        </span>
        {job.deletedAt !== null && (
          <span className="dim">
            deleted <Ago at={job.deletedAt} />
          </span>
        )}
      </section>
      <Tiles label="Figures">
        <Tile name="Cost" value={job.costUsd === null ? '–' : money(job.costUsd)}>
          {job.costUsd === null ? 'no price is known' : hasEnded(job.status) ? undefined : 'so far'}
        </Tile>
        <Tile name="GPU hours" value={decimal(job.hours)}>
          {count(job.gpuCount)} × {job.gpuType}
        </Tile>
        <Tile name="GPU and hour" value={job.priceUsd === null ? '–' : exactMoney(job.priceUsd)}>
          {job.priceSource === 'job'
            ? 'set for this job'
            : job.priceSource === 'price_table'
              ? 'from the price table'
              : undefined}
        </Tile>
        <Tile
          name="Utilisation"
          value={job.utilization === null ? '–' : `${decimal(job.utilization.gpuPct, 0)} %`}
        >
          {job.utilization === null ? 'no samples' : `memory ${decimal(job.utilization.memPct, 0)} %`}
        </Tile>
      </Tiles>
      {job.utilization !== null && <JobUtilisation id={job.id} samples={job.utilization.samples} />}
      <Facts
        facts={[
          ['External id', job.externalId && <span className="mono">{job.externalId}</span>],
          ['Provider', job.provider],
          ['Region', job.region],
          ['Started', time(job.startedAt)],
          ['Ended', time(job.finishedAt)],
          ['Ran for', ranMs !== null && duration(ranMs)],
          [
            'Run',
            job.runId && (
              <Link {...toRun(job.runId)} className="link mono">
                {job.runId}
              </Link>
            ),
          ],
          [
            'Labels',
            Object.keys(job.labels).length > 0 && (
              <span className={sheet.tags}>
                {Object.entries(job.labels).map(([key, value]) => (
                  <Link key={key} {...toPage('/costs/jobs', { label: `${key}=${value}` })}>
                    <Tag>{value === '' ? key : `${key}=${value}`}</Tag>
                  </Link>
                ))}
              </span>
            ),
          ],
          ['Notes', job.notes],
          [
            'Id',
            <span key="id" className="mono">
              {job.id} <CopyButton text={job.id} label="Copy the id" />
            </span>,
          ],
        ]}
      />
    </>
  )
}
