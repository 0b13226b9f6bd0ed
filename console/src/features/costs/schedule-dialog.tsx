import { useState } from 'react'
import type { Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { type Schedule, useIntegrationsOfType, useSetSchedule } from './export-queries.ts'
import { FORMAT_LABELS } from './model/formats.ts'

type Body = Schemas['SetExportSchedule']

const FORMATS = ['csv', 'focus', 'jsonl'] as const

export function ScheduleDialog({ schedule, onClose }: { schedule: Schedule | null; onClose: () => void }) {
  const [form, setForm] = useState({
    every: schedule?.every ?? ('month' as Schedule['every']),
    format: schedule?.format ?? ('focus' as Schedule['format']),
    folder: schedule?.folder ?? 'exports',
    integration: schedule?.integrationId ?? '',
    path: schedule?.path ?? '',
  })
  const buckets = useIntegrationsOfType('aws-s3')
  const save = useSetSchedule()
  const problem = save.isError ? asProblem(save.error) : null
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  async function submit() {
    const { integration, path, ...others } = form
    const body: Body = {
      ...others,
      ...(integration !== '' && { integration, ...(path.trim() !== '' && { path: path.trim() }) }),
    }
    const isDone = await save.mutateAsync(body).then(
      () => true,
      () => false,
    )
    if (!isDone) return
    showToast('The exports are scheduled.')
    onClose()
  }
  return (
    <Dialog
      title="Scheduled exports"
      about="At 06:00 UTC on the day after its end, the costs of each period are written to a file of the team."
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      <SelectField
        label="Every"
        value={form.every}
        onChange={({ target }) => set({ every: target.value as Schedule['every'] })}
      >
        <option value="day">Day</option>
        <option value="week">Week, from Monday</option>
        <option value="month">Month</option>
      </SelectField>
      <SelectField
        label="Format"
        value={form.format}
        onChange={({ target }) => set({ format: target.value as Schedule['format'] })}
      >
        {FORMATS.map((id) => (
          <option key={id} value={id}>
            {FORMAT_LABELS[id]}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Folder of the team's files"
        maxLength={200}
        error={problem?.of('folder')}
        value={form.folder}
        onChange={({ target }) => set({ folder: target.value })}
      />
      <SelectField
        label="Also to a bucket"
        help={
          buckets.data?.length === 0
            ? 'The team has no integration of the type Amazon S3.'
            : 'An integration of the type Amazon S3'
        }
        error={problem?.of('integration')}
        value={form.integration}
        onChange={({ target }) => set({ integration: target.value })}
      >
        <option value="">No bucket</option>
        {(buckets.data ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {form.integration !== '' && (
        <TextField
          label="Key in the bucket (optional)"
          help="Such as costs/year={year}/month={month}/. {file} is the name with its folder, which is the default."
          maxLength={500}
          error={problem?.of('path')}
          value={form.path}
          onChange={({ target }) => set({ path: target.value })}
        />
      )}
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
