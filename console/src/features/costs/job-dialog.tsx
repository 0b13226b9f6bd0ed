import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote, LeaveButton } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { JobFields } from './job-fields.tsx'
import { type Job, useCreateJob, useUpdateJob } from './job-queries.ts'
import { toJob } from './links.ts'
import { labelsOf, labelText } from './model/cost-form.ts'
import { changesBody, EMPTY_JOB, type JobForm, jobBody, localTime } from './model/jobs.ts'

export function JobDialog({ onClose }: { onClose: () => void }) {
  const draft = useDraft('job', () => EMPTY_JOB)
  const [key, setKey] = useState(newIdempotencyKey)
  const create = useCreateJob()
  const go = useNavigate()
  const problem = create.isError ? asProblem(create.error) : null
  async function submit() {
    const body = jobBody(draft.value, labelsOf(draft.value.labels)) as Schemas['CreateGpuJob']
    const made = await create.mutateAsync({ body, key }).catch(() => null)
    if (made === null) return
    draft.forget()
    onClose()
    await go(toJob(made.id))
  }
  return (
    <Dialog
      title="Record a GPU job"
      about="With an external id, recording the job again updates it."
      size="large"
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <LeaveButton draft={draft} onClose={onClose} />
          <Button type="submit" look="primary" busy={create.isPending}>
            Record
          </Button>
        </>
      }
    >
      <DraftNote draft={draft} />
      <JobFields
        form={draft.value}
        isNew
        errorOf={(field) => problem?.of(field)}
        onChange={(change) => {
          draft.set({ ...draft.value, ...change })
          setKey(newIdempotencyKey())
        }}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}

const formOf = (job: Job): JobForm => ({
  externalId: job.externalId ?? '',
  provider: job.provider,
  gpuType: job.gpuType,
  gpuCount: String(job.gpuCount),
  modelName: job.modelName ?? '',
  status: job.status,
  startedAt: localTime(job.startedAt),
  finishedAt: localTime(job.finishedAt),
  hourlyRateUsd: job.hourlyRateUsd === null ? '' : String(job.hourlyRateUsd),
  region: job.region ?? '',
  labels: labelText(job.labels),
  notes: job.notes,
})

type EditProps = { job: Job; etag: string; onClose: () => void; onReload: () => Promise<unknown> }

export function EditJobDialog({ job, etag, onClose, onReload }: EditProps) {
  const [initial] = useState(() => formOf(job))
  const [form, setForm] = useState(initial)
  const update = useUpdateJob(job.id, true)
  const problem = update.isError ? asProblem(update.error) : null
  async function submit() {
    const all = changesBody(form, labelsOf(form.labels))
    // Only what was changed: a time is shown without its milliseconds.
    const body = Object.fromEntries(
      Object.entries(all).filter(([name]) => form[name as keyof JobForm] !== initial[name as keyof JobForm]),
    ) as Schemas['UpdateGpuJob']
    const isDone = await update.mutateAsync({ body, etag }).then(
      () => true,
      () => false,
    )
    if (!isDone) return
    showToast('The job was changed.')
    onClose()
  }
  return (
    <Dialog
      title="Change the job"
      size="large"
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={update.isPending}>
            Save
          </Button>
        </>
      }
    >
      <JobFields
        form={form}
        from={job.status}
        errorOf={(field) => problem?.of(field)}
        onChange={(change) => setForm({ ...form, ...change })}
      />
      {problem && <ProblemNote problem={problem} />}
      {problem?.status === 412 && (
        <Button
          onClick={() => {
            update.reset()
            void onReload()
          }}
        >
          Load the current job
        </Button>
      )}
    </Dialog>
  )
}
