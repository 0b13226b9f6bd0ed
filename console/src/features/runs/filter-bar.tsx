import { count } from '../../ui/format/time.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { ActiveFilter, FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { statusLabel } from '../../ui/status.ts'
import { LAST, type RunFilter, STATUSES, TRIGGERS } from './model/filter.ts'
import { useWorkflowNames } from './queries.ts'

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
export function RunFilters({ filter, counts, total, onChange }: Props) {
  const workflows = useWorkflowNames().data?.items ?? []
  const set = (key: keyof RunFilter, value: string) =>
    onChange(value === '' ? without(filter, key) : { ...filter, [key]: value })
  return (
    <FilterBar
      end={
        <>
          {filter.error && (
            <ActiveFilter onRemove={() => onChange(without(filter, 'error'))}>
              <span className="mono">{filter.error}</span>
            </ActiveFilter>
          )}
          {(filter.from || filter.to) && (
            <ActiveFilter onRemove={() => onChange(without(filter, 'from', 'to'))}>
              {describeRange(filter)}
            </ActiveFilter>
          )}
          <FilterChoice label="Workflow" value={filter.workflow} onChange={(value) => set('workflow', value)}>
            {workflows.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </FilterChoice>
          <FilterChoice label="Trigger" value={filter.trigger} onChange={(value) => set('trigger', value)}>
            {TRIGGERS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </FilterChoice>
          <FilterChoice label="Any time" value={filter.last} onChange={(value) => set('last', value)}>
            {Object.entries(LAST).map(([id, { name }]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </FilterChoice>
        </>
      }
    >
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
    </FilterBar>
  )
}

const at = (iso: string): string =>
  new Date(iso).toLocaleString('en-GB', { dateStyle: 'short', timeStyle: 'short' })
const describeRange = ({ from, to }: RunFilter): string =>
  `${from ? at(from) : 'the first'} to ${to ? at(to) : 'now'}`
