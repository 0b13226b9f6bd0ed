import { JsonField } from '../../ui/form/json-field.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { type Draft, UNITS } from './model/trigger-form.ts'
import styles from './triggers.module.css'

export type FieldsProps = {
  draft: Draft
  texts: Record<string, string>
  onText: (name: string, value: string) => void
  onChange: (change: Partial<Draft>) => void
  /** The problem of a field of the trigger. */
  errorOf: (name: string) => string | undefined
}

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')]

export function ScheduleFields({ draft, texts, onText, onChange, errorOf }: FieldsProps) {
  const zone = texts.timezone ?? 'UTC'
  return (
    <>
      <SelectField label="When" value={texts.how} onChange={(event) => onText('how', event.target.value)}>
        <option value="cron">At times of the calendar</option>
        <option value="interval">At a fixed interval</option>
      </SelectField>
      {texts.how === 'cron' ? (
        <>
          <TextField
            label="Cron expression"
            help="Minute, hour, day of the month, month, day of the week: 30 8 * * MON-FRI is 08:30 on workdays."
            className="mono"
            required
            maxLength={256}
            spellCheck={false}
            value={texts.cron}
            error={errorOf('cron')}
            onChange={(event) => onText('cron', event.target.value)}
          />
          <SelectField
            label="Time zone"
            value={zone}
            error={errorOf('timezone')}
            onChange={(event) => onText('timezone', event.target.value)}
          >
            {(ZONES.includes(zone) ? ZONES : [zone, ...ZONES]).map((one) => (
              <option key={one}>{one}</option>
            ))}
          </SelectField>
        </>
      ) : (
        <div className={styles.pair}>
          <TextField
            label="Every"
            type="number"
            min={1}
            step="any"
            required
            value={texts.every}
            error={errorOf('everyMs')}
            onChange={(event) => onText('every', event.target.value)}
          />
          <SelectField
            label="Unit"
            value={texts.unit}
            onChange={(event) => onText('unit', event.target.value)}
          >
            {UNITS.map((unit) => (
              <option key={unit}>{unit}</option>
            ))}
          </SelectField>
        </div>
      )}
      <JsonField
        label="Input of its runs (optional)"
        value={draft.input}
        error={errorOf('input')}
        onChange={(input) => onChange({ input })}
      />
      <details className={styles.more}>
        <summary>More</summary>
        <SelectField
          label="Missed times, such as while the server was down"
          value={texts.missed}
          onChange={(event) => onText('missed', event.target.value)}
        >
          <option value="one">The newest starts a run</option>
          <option value="all">The newest 100 start runs</option>
          <option value="skip">They start no runs</option>
        </SelectField>
        <TextField
          label="Delay, up to so many seconds"
          help="A fixed part of it delays each run, so that not all workflows start at once."
          type="number"
          min={0}
          max={3600}
          value={texts.jitter}
          error={errorOf('jitterMs')}
          onChange={(event) => onText('jitter', event.target.value)}
        />
      </details>
    </>
  )
}

export function EventFields({ texts, onText, errorOf }: FieldsProps) {
  return (
    <>
      <TextField
        label="Name of the event"
        help="Such as order.created. * stands for any characters."
        className="mono"
        required
        maxLength={200}
        value={texts.name}
        error={errorOf('name')}
        onChange={(event) => onText('name', event.target.value)}
      />
      <FilterField
        help="Only events for which it is true start a run: {{ item.total > 100 }}. item is the data of the event."
        value={texts.filter ?? ''}
        error={errorOf('filter')}
        onChange={(value) => onText('filter', value)}
      />
    </>
  )
}

type FilterProps = {
  help: string
  value: string
  error: string | undefined
  onChange: (value: string) => void
}

export const FilterField = ({ help, value, error, onChange }: FilterProps) => (
  <TextField
    label="Filter (optional)"
    help={help}
    className="mono"
    spellCheck={false}
    value={value}
    error={error}
    onChange={(event) => onChange(event.target.value)}
  />
)
