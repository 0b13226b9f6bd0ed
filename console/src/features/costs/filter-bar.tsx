import { lazy, type ReactNode, Suspense, useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { Icon } from '../../ui/icon.tsx'
import { Button } from '../../ui/kit/button.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Chip } from '../../ui/kit/tag.tsx'
import styles from './costs.module.css'
import {
  type CostFilter,
  DEFAULT_LAST,
  day,
  FIELD_LABELS,
  FIELDS,
  type Field,
  LAST,
  periodOf,
} from './model/filter.ts'
import { useNames } from './use-names.ts'

const FilterDialog = lazy(() =>
  import('./filter-dialog.tsx').then((parts) => ({ default: parts.FilterDialog })),
)

type Props = {
  filter: CostFilter
  onChange: (change: Partial<CostFilter>) => void
  children?: ReactNode
}

/** The days and all filters that apply. */
export function FilterBar({ filter, onChange, children }: Props) {
  const [isAdding, setAdding] = useState(false)
  const period = periodOf(filter, serverNow())
  const isChosen = filter.from !== undefined || filter.to !== undefined
  const range = (change: { from?: string; to?: string }) =>
    onChange({ ...period, last: undefined, ...change } as Partial<CostFilter>)
  return (
    <div className={styles.filters} role="toolbar" aria-label="Filters">
      <select
        className={sheet.choice}
        aria-label="Period"
        data-on="true"
        value={isChosen ? '' : (filter.last ?? DEFAULT_LAST)}
        onChange={({ target }) =>
          onChange({ last: target.value, from: undefined, to: undefined } as Partial<CostFilter>)
        }
      >
        {isChosen && <option value="">Chosen days</option>}
        {Object.entries(LAST).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <span className={styles.days}>
        <input
          type="date"
          aria-label="From"
          max={period.to}
          value={period.from}
          onChange={({ target }) => {
            const from = day(target.value)
            if (from !== undefined && from <= period.to) range({ from })
          }}
        />
        <span className="faint">to</span>
        <input
          type="date"
          aria-label="To"
          min={period.from}
          value={period.to}
          onChange={({ target }) => {
            const to = day(target.value)
            if (to !== undefined && to >= period.from) range({ to })
          }}
        />
      </span>
      {FIELDS.map(
        (name) =>
          filter[name] !== undefined && (
            <FieldChip
              key={name}
              field={name}
              value={filter[name]}
              onRemove={() => onChange({ [name]: undefined })}
            />
          ),
      )}
      <Button size="small" look="quiet" icon="plus" onClick={() => setAdding(true)}>
        Filter
      </Button>
      <span className={sheet.grow} />
      {children}
      {isAdding && (
        <Suspense>
          <FilterDialog
            filter={filter}
            onClose={() => setAdding(false)}
            onAdd={(name, value) => {
              setAdding(false)
              onChange({ [name]: value })
            }}
          />
        </Suspense>
      )}
    </div>
  )
}

function FieldChip({ field, value, onRemove }: { field: Field; value: string; onRemove: () => void }) {
  const nameOf = useNames(field, [value])
  return (
    <Chip pressed onClick={onRemove}>
      <span className="faint">{FIELD_LABELS[field]}</span>
      <span className="cut">{nameOf(value)}</span>
      <Icon name="close" size={10} />
    </Chip>
  )
}
