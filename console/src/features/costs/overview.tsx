import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { PageProblem, useRights } from '../shell/index.ts'
import { CostDialog } from './cost-dialog-lazy.tsx'
import { CostTiles } from './cost-tiles.tsx'
import { FilterBar } from './filter-bar.tsx'
import { CostsFrame } from './frame.tsx'
import { GroupTable } from './group-table.tsx'
import {
  type CostFilter,
  fieldsOf,
  filterOfGroup,
  finerThan,
  GROUPS,
  groupLabel,
  type OverviewSearch,
  periodOf,
  readOverview,
} from './model/filter.ts'
import { OverTime } from './over-time.tsx'
import { useGroups, useTotals } from './queries.ts'

export function Overview() {
  useTitle('Costs')
  const search = readOverview(useSearch({ from: '/shell/costs' }))
  const { by = 'provider' } = search
  const go = useNavigate({ from: '/costs' })
  const [isRecording, setRecording] = useState(false)
  const totals = useTotals(search)
  const groups = useGroups(search, by)
  const { mayRun } = useRights()
  const set = (change: Partial<OverviewSearch>) =>
    void go({
      search: (old) =>
        Object.fromEntries(
          Object.entries({ ...old, ...change }).filter(([, value]) => value !== undefined),
        ) as OverviewSearch,
    })
  const drill = (value: string | null) => {
    const one = filterOfGroup(by, value)
    if (one === null) return
    const next = { ...search, [one[0]]: one[1] }
    set({ [one[0]]: one[1], by: finerThan(by, next) })
  }
  const total = totals.data?.now
  const isEmpty = total?.count === 0 && total.totalUsd === 0 && totals.data?.before.count === 0
  return (
    <CostsFrame
      end={
        mayRun && (
          <Button look="primary" icon="plus" onClick={() => setRecording(true)}>
            Record a cost
          </Button>
        )
      }
    >
      <FilterBar filter={search} onChange={(change: Partial<CostFilter>) => set(change)}>
        <GroupChoice by={by} onChange={(next) => set({ by: next })} />
      </FilterBar>
      <div className={sheet.page}>
        {totals.isError ? (
          <PageProblem problem={asProblem(totals.error)} onRetry={() => void totals.refetch()} />
        ) : totals.data === undefined ? (
          <Skeleton rows={8} height={48} />
        ) : isEmpty ? (
          <NoCosts filter={search} onReset={() => void go({ search: {} })} />
        ) : (
          <>
            <CostTiles search={search} totals={totals.data} />
            <OverTime
              search={search}
              by={by}
              period={periodOf(search, serverNow())}
              top={groups.data?.pages[0]?.groups ?? []}
              onChange={set}
            />
            <GroupTable search={search} by={by} groups={groups} onDrill={drill} />
          </>
        )}
      </div>
      {isRecording && <CostDialog onClose={() => setRecording(false)} />}
    </CostsFrame>
  )
}

function GroupChoice({ by, onChange }: { by: string; onChange: (by: string) => void }) {
  const isLabel = by.startsWith('label:')
  return (
    <>
      <select
        className={sheet.choice}
        aria-label="Group by"
        data-on="true"
        value={isLabel ? 'label' : by}
        onChange={({ target }) => onChange(target.value === 'label' ? 'label:project' : target.value)}
      >
        {GROUPS.map((name) => (
          <option key={name} value={name}>
            By {groupLabel(name).toLowerCase().replace('gpu', 'GPU')}
          </option>
        ))}
        <option value="label">By label</option>
      </select>
      {isLabel && <LabelField key={by} label={groupLabel(by)} onChange={(key) => onChange(`label:${key}`)} />}
    </>
  )
}

/** The label whose values are the groups. It applies when the field is left, or with Enter. */
function LabelField({ label, onChange }: { label: string; onChange: (label: string) => void }) {
  const [text, setText] = useState(label)
  const take = () => {
    if (text.trim() !== '' && text.trim() !== label) onChange(text.trim())
  }
  return (
    <input
      className={sheet.label}
      aria-label="Label to group by"
      maxLength={100}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  )
}

const CURL = `curl -X POST ${location.origin}/api/v1/costs -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{"date":"2026-01-31","provider":"aws","service":"EC2","source":"bill","costUsd":12.5}'`

function NoCosts({ filter, onReset }: { filter: CostFilter; onReset: () => void }) {
  const isFiltered = Object.keys(fieldsOf(filter)).length > 0 || filter.from !== undefined
  if (isFiltered)
    return (
      <Empty
        icon="filter"
        title="No costs match"
        action={<Button onClick={onReset}>Show the last 30 days</Button>}
      >
        No costs of these days match the filters above.
      </Empty>
    )
  return (
    <Empty icon="coins" title="No costs in these days">
      Costs appear here when somebody records or imports them, and when runs call models.
      <code className={sheet.curl}>{CURL}</code>
    </Empty>
  )
}
