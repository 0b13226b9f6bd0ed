import { count } from '../../ui/format/time.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { ActiveFilter, FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { statusLabel } from '../../ui/status.ts'
import { usePeople } from '../people/index.ts'
import { useMe } from '../shell/index.ts'
import { DUE, PRIORITIES, type TaskFilter, TYPES } from './model/filter.ts'
import { countOf, GROUPS, groupOfFilter } from './model/groups.ts'
import { useAgentNames } from './queries.ts'
import { typeName } from './task-columns.tsx'

type Props = {
  filter: TaskFilter
  counts: { total: number; byStatus: Record<string, number> } | undefined
  onChange: (filter: TaskFilter) => void
}

export const without = <Key extends keyof TaskFilter>(filter: TaskFilter, ...keys: Key[]): TaskFilter => {
  const next = { ...filter }
  for (const key of keys) delete next[key]
  return next
}

/** All filters are visible, and part of the URL. */
export function TaskFilters({ filter, counts, onChange }: Props) {
  const set = (key: keyof TaskFilter, value: string) =>
    onChange(value === '' ? without(filter, key) : ({ ...filter, [key]: value } as TaskFilter))
  const group = groupOfFilter(filter.status)
  return (
    <FilterBar
      end={
        <>
          {filter.errors && (
            <ActiveFilter onRemove={() => onChange(without(filter, 'errors'))}>With an error</ActiveFilter>
          )}
          {filter.tag && (
            <ActiveFilter onRemove={() => onChange(without(filter, 'tag'))}>{filter.tag}</ActiveFilter>
          )}
          <FilterChoice label="Type" value={filter.type} onChange={(value) => set('type', value)}>
            {TYPES.map((type) => (
              <option key={type} value={type}>
                {typeName(type)}
              </option>
            ))}
          </FilterChoice>
          <FilterChoice label="Assignee" value={filter.assignee} onChange={(value) => set('assignee', value)}>
            <AssigneeOptions chosen={filter.assignee} />
          </FilterChoice>
          <FilterChoice label="Priority" value={filter.priority} onChange={(value) => set('priority', value)}>
            {Object.entries(PRIORITIES).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
            {filter.priority !== undefined && !(filter.priority in PRIORITIES) && (
              <option value={filter.priority}>{filter.priority}</option>
            )}
          </FilterChoice>
          <FilterChoice label="Due" value={filter.due} onChange={(value) => set('due', value)}>
            {Object.entries(DUE).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </FilterChoice>
        </>
      }
    >
      <Chip pressed={!filter.status} onClick={() => onChange(without(filter, 'status'))}>
        All <span className="faint">{counts === undefined ? '' : count(counts.total)}</span>
      </Chip>
      {GROUPS.map((one) => (
        <Chip
          key={one.id}
          pressed={group?.id === one.id}
          onClick={() =>
            onChange(
              group?.id === one.id ? without(filter, 'status') : { ...filter, status: [...one.statuses] },
            )
          }
        >
          <Glyph status={one.sign} size={12} />
          {one.name}
          <span className="faint">{counts === undefined ? '' : count(countOf(one, counts.byStatus))}</span>
        </Chip>
      ))}
      {filter.status && group === null && (
        <ActiveFilter onRemove={() => onChange(without(filter, 'status'))}>
          {filter.status.map(statusLabel).join(', ')}
        </ActiveFilter>
      )}
    </FilterBar>
  )
}

function AssigneeOptions({ chosen }: { chosen: string | undefined }) {
  const people = usePeople().data ?? []
  const agents = useAgentNames().data ?? []
  const me = useMe().data?.id
  const others = people.filter(({ userId }) => userId !== me)
  const isKnown =
    chosen === undefined ||
    ['me', 'none'].includes(chosen) ||
    others.some(({ userId }) => userId === chosen) ||
    agents.some(({ id }) => id === chosen)
  return (
    <>
      <option value="me">Me</option>
      <option value="none">Nobody</option>
      {others.map(({ userId, name }) => (
        <option key={userId} value={userId}>
          {name}
        </option>
      ))}
      {agents.map(({ id, name }) => (
        <option key={id} value={id}>
          {name} (agent)
        </option>
      ))}
      {!isKnown && <option value={chosen}>{chosen}</option>}
    </>
  )
}
