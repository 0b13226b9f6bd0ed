import { SelectField, TextAreaField, TextField } from '../../ui/kit/field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { statusLabel } from '../../ui/status.ts'
import { JOB_STATUSES, type JobForm, type JobStatus, nextStatuses } from './model/jobs.ts'

type Props = {
  form: JobForm
  isNew?: boolean
  /** The status of an existing job, which decides what may follow. */
  from?: JobStatus
  onChange: (change: Partial<JobForm>) => void
  errorOf: (field: keyof JobForm) => string | undefined
}

export function JobFields({ form, isNew = false, from, onChange, errorOf }: Props) {
  const text = (name: keyof JobForm) => ({
    error: errorOf(name),
    autoComplete: 'off',
    value: form[name],
    onChange: ({ target }: { target: { value: string } }) => onChange({ [name]: target.value }),
  })
  const statuses = from === undefined ? JOB_STATUSES : [from, ...nextStatuses(from)]
  return (
    <>
      <div className={sheet.pair}>
        {isNew && <TextField {...text('externalId')} label="External id (optional)" maxLength={200} />}
        <TextField {...text('modelName')} label="Model (optional)" maxLength={200} />
        <TextField {...text('provider')} label="Provider" maxLength={100} required />
        <TextField {...text('gpuType')} label="GPU type" help="Such as H100" maxLength={100} required />
        <TextField {...text('gpuCount')} label="GPUs" type="number" min={1} max={10_000} step={1} required />
        <SelectField
          label="Status"
          error={errorOf('status')}
          value={form.status}
          onChange={({ target }) => onChange({ status: target.value as JobStatus })}
        >
          {statuses.map((one) => (
            <option key={one} value={one}>
              {statusLabel(one)}
            </option>
          ))}
        </SelectField>
        <TextField
          {...text('startedAt')}
          label="Started (optional)"
          help="Without it: when the job starts running"
          type="datetime-local"
          step={1}
        />
        <TextField
          {...text('finishedAt')}
          label="Ended (optional)"
          help="Without it: when the job ends"
          type="datetime-local"
          step={1}
        />
        <TextField
          {...text('hourlyRateUsd')}
          label="Dollars for a GPU and hour (optional)"
          help="Without it: the price table of the day of the start"
          type="number"
          inputMode="decimal"
          min={0}
          max={10_000}
          step="any"
        />
        <TextField {...text('region')} label="Region (optional)" maxLength={100} />
      </div>
      <TextAreaField
        {...text('labels')}
        label="Labels (optional)"
        help="One in each line, such as project=search"
        rows={2}
        spellCheck={false}
      />
      <TextAreaField {...text('notes')} label="Notes (optional)" rows={2} maxLength={5_000} />
    </>
  )
}
