import type { FieldProblem } from '../../../api/problem.ts'
import { TextField } from '../../../ui/kit/field.tsx'
import { errorAt, type Limits } from '../model/form.ts'
import styles from './form.module.css'

type Field = {
  name: keyof Limits
  label: string
  min: number
  max: number
  step: number | 'any'
  factor?: number
}

const FIELDS: Field[] = [
  { name: 'steps', label: 'Model calls', min: 1, max: 200, step: 1 },
  { name: 'tokens', label: 'Tokens', min: 1, max: 100_000_000, step: 1 },
  { name: 'costUsd', label: 'US dollars (optional)', min: 0, max: 100_000, step: 'any' },
  { name: 'timeoutMs', label: 'Seconds', min: 1, max: 604_800, step: 'any', factor: 1_000 },
  { name: 'toolCalls', label: 'Tool calls (optional)', min: 0, max: 10_000, step: 1 },
  { name: 'depth', label: 'Runs within runs', min: 0, max: 16, step: 1 },
]
const OPTIONAL = new Set(['costUsd', 'toolCalls'])

type Props = { limits: Limits; errors: readonly FieldProblem[]; onChange: (limits: Limits) => void }

export const LimitFields = ({ limits, errors, onChange }: Props) => (
  <div className={styles.grid}>
    {FIELDS.map(({ name, label, factor = 1, ...range }) => {
      const value = limits[name]
      return (
        <TextField
          key={name}
          label={label}
          type="number"
          inputMode="decimal"
          {...range}
          required={!OPTIONAL.has(name)}
          value={value === undefined ? '' : value / factor}
          error={errorAt(errors, `/limits/${name}`)}
          onChange={({ target }) => {
            const { [name]: _, ...others } = limits
            onChange(target.value === '' ? others : { ...others, [name]: target.valueAsNumber * factor })
          }}
        />
      )
    })}
  </div>
)
