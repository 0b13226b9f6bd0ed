import type { ReactNode } from 'react'
import { count } from '../../ui/format/time.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { statusLabel } from '../../ui/status.ts'
import { LAST, type RunFilter, STATUSES, TRIGGERS } from './model/filter.ts'
import { useWorkflowNames } from './queries.ts'
import styles from './runs.module.css'

type Props = {
  filter: RunFilter
  counts: Record<string, number> | undefined
  total: number | undefined
  onChange: (filter: RunFilter) => void
}

export const without = <Key extends keyof RunFilter>(filter: RunFilter, ...keys: Key[]): RunFilter => {
  const next = { ...filter }
  for (const key of keys) delete next[key]
  return next
}

/** All filters are visible, and part of the URL. */
export function FilterBar({ filter, counts, total, onChange }: Props) {
  const workflows = useWorkflowNames().data?.items ?? []
  const set = (key: keyof RunFilter, value: string) =>
    onChange(value === '' ? without(filter, key) : { ...filter, [key]: value })
  return (
    <div className={styles.filters} role="toolbar" aria-label="Filters">
      <Chip pressed={!filter.status} onClick={() => onChange(without(filter, 'status'))}>
        All <span className="faint">{total === undefined ? '' : count(total)}</span>
      </Chip>
      {STATUSES.map((status) => (
        <Chip
          key={status}
          pressed={filter.status === status}
          onClick={() =>
            onChange(filter.status === status ? without(filter, 'status') : { ...filter, status })
          }
        >
          <Glyph status={status} size={12} />
          {statusLabel(status)}
          <span className="faint">{counts === undefined ? '' : count(counts[status] ?? 0)}</span>
        </Chip>
      ))}
      <span className={styles.grow} />
      {filter.error && (
        <Chip pressed onClick={() => onChange(without(filter, 'error'))}>
          <span className="mono">{filter.error}</span>
          <Icon name="close" size={10} />
        </Chip>
      )}
      {(filter.from || filter.to) && (
        <Chip pressed onClick={() => onChange(without(filter, 'from', 'to'))}>
          {describeRange(filter)}
          <Icon name="close" size={10} />
        </Chip>
      )}
      <Choice label="Workflow" value={filter.workflow} onChange={(value) => set('workflow', value)}>
        {workflows.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </Choice>
      <Choice label="Trigger" value={filter.trigger} onChange={(value) => set('trigger', value)}>
        {TRIGGERS.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </Choice>
      <Choice label="Any time" value={filter.last} onChange={(value) => set('last', value)}>
        {Object.entries(LAST).map(([id, { name }]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Choice>
    </div>
  )
}

const at = (iso: string): string =>
  new Date(iso).toLocaleString('en-GB', { dateStyle: 'short', timeStyle: 'short' })
const describeRange = ({ from, to }: RunFilter): string =>
  `${from ? at(from) : 'the first'} to ${to ? at(to) : 'now'}`

type ChoiceProps = {
  label: string
  value: string | undefined
  onChange: (value: string) => void
  children: ReactNode
}

function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <select
      className={styles.choice}
      aria-label={label}
      data-on={value !== undefined}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{label}</option>
      {children}
    </select>
  )
}
