import { shortId } from '../../ui/format/time.ts'
import { ActiveFilter, FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { usePeople } from '../people/index.ts'
import type { Entry } from './file-columns.tsx'
import { type FilesSearch, KINDS, type Kind } from './model/search.ts'

const MAX_TAGS = 12

type Props = { search: FilesSearch; rows: readonly Entry[]; onChange: (search: FilesSearch) => void }

export function FileFilters({ search, rows, onChange }: Props) {
  const people = usePeople().data ?? []
  const set = (change: Partial<Record<keyof FilesSearch, string | undefined>>) =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== ''),
      ) as FilesSearch,
    )
  const { kind, tag, by, run } = search
  const isAll = [kind, tag, by, run, search.q].every((one) => one === undefined)
  const counts = new Map<string, number>()
  for (const { file } of rows) for (const one of file?.tags ?? []) counts.set(one, (counts.get(one) ?? 0) + 1)
  if (tag !== undefined && !counts.has(tag)) counts.set(tag, 0)
  const tags = [...counts].sort((a, b) => b[1] - a[1]).slice(0, MAX_TAGS)
  return (
    <FilterBar
      end={
        <>
          <FilterChoice label="Kind" value={kind} onChange={(next) => set({ kind: next as Kind })}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {one.slice(0, 1).toUpperCase() + one.slice(1)}
              </option>
            ))}
          </FilterChoice>
          <FilterChoice label="Anybody" value={by} onChange={(next) => set({ by: next })}>
            {people.map(({ userId, name }) => (
              <option key={userId} value={userId}>
                {name}
              </option>
            ))}
          </FilterChoice>
        </>
      }
    >
      <Chip pressed={isAll} onClick={() => onChange(search.folder ? { folder: search.folder } : {})}>
        All
      </Chip>
      {run && (
        <ActiveFilter onRemove={() => set({ run: undefined })}>Files of run {shortId(run)}</ActiveFilter>
      )}
      {tags.map(([one]) => (
        <Chip key={one} pressed={tag === one} onClick={() => set({ tag: tag === one ? undefined : one })}>
          {one}
        </Chip>
      ))}
    </FilterBar>
  )
}
