import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { money } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Chip, Tag } from '../../ui/kit/tag.tsx'
import { PageProblem, toCost, useRights } from '../shell/index.ts'
import { CostDialog } from './cost-dialog-lazy.tsx'
import styles from './costs.module.css'
import { ExportButton } from './export-button.tsx'
import { FilterBar } from './filter-bar.tsx'
import { CostsFrame } from './frame.tsx'
import type { RowSearch, Sort } from './model/filter.ts'
import { type Cost, useCosts } from './queries.ts'
import { useCursor } from './use-cursor.ts'

const SORT_LABELS: Record<Sort, string> = {
  '-date': 'Newest first',
  date: 'Oldest first',
  '-cost': 'Highest first',
  cost: 'Lowest first',
}

export function Rows() {
  useTitle('Costs')
  const search = useSearch({ from: '/shell/costs/rows' })
  const go = useNavigate({ from: '/costs/rows' })
  const list = useCosts(search)
  const [isRecording, setRecording] = useState(false)
  const { mayRun } = useRights()
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: Partial<RowSearch>) =>
    void go({
      search: (old) =>
        Object.fromEntries(
          Object.entries({ ...old, ...change }).filter(([, value]) => value !== undefined && value !== ''),
        ) as RowSearch,
      replace: true,
    })
  return (
    <CostsFrame
      note={total !== undefined && <span className="faint num">{count(total)}</span>}
      end={
        <>
          <SearchField
            label="Search rows"
            placeholder="Provider, service, resource"
            value={search.q ?? ''}
            onChange={(q) => set({ q })}
          />
          <ExportButton filter={search} />
          {mayRun && (
            <Button look="primary" icon="plus" foldsText onClick={() => setRecording(true)}>
              Record a cost
            </Button>
          )}
        </>
      }
    >
      <FilterBar filter={search} onChange={set}>
        {search.q && (
          <Chip pressed onClick={() => set({ q: '' })}>
            {search.q} <Icon name="close" size={10} />
          </Chip>
        )}
        {search.currency && (
          <Chip pressed onClick={() => set({ currency: '' })}>
            {search.currency} <Icon name="close" size={10} />
          </Chip>
        )}
        <select
          className={styles.choice}
          aria-label="Order"
          value={search.sort ?? '-date'}
          onChange={({ target }) => set({ sort: target.value as Sort })}
        >
          {Object.entries(SORT_LABELS).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </FilterBar>
      <div className={styles.page}>
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={14} />
        ) : rows.length === 0 ? (
          <Empty
            icon="coins"
            title="No rows"
            action={<Button onClick={() => void go({ search: {} })}>Show the last 30 days</Button>}
          >
            No recorded costs of these days match.
          </Empty>
        ) : (
          <>
            <CostTable rows={rows} isOld={list.isPlaceholderData} />
            {list.hasNextPage && (
              <p className={styles.more}>
                <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  Show more
                </Button>
                <span className="faint num">
                  {count(rows.length)} of {total === undefined ? '…' : count(total)}
                </span>
              </p>
            )}
          </>
        )}
      </div>
      {isRecording && <CostDialog onClose={() => setRecording(false)} />}
    </CostsFrame>
  )
}

function CostTable({ rows, isOld }: { rows: readonly Cost[]; isOld: boolean }) {
  const go = useNavigate()
  const cursor = useCursor(rows.length, (at) => {
    const row = rows[at]
    if (row) void go(toCost(row.id))
  })
  return (
    <table className={styles.table} data-old={isOld} data-open="true">
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">What</th>
          <th scope="col" className="wide-only">
            Resource
          </th>
          <th scope="col" className="wide-only">
            Labels
          </th>
          <th scope="col" className="wide-only">
            Source
          </th>
          <th scope="col" className="wide-only">
            Billed
          </th>
          <th scope="col">US dollars</th>
        </tr>
      </thead>
      <tbody ref={cursor.body}>
        {rows.map((one, at) => (
          <tr key={one.id} {...cursor.row(at)} onDoubleClick={() => void go(toCost(one.id))}>
            <th scope="row" className="num">
              <Link {...toCost(one.id)}>{one.date}</Link>
            </th>
            <td className={styles.what}>
              <span className="cut">
                <b>
                  <bdi>{one.provider}</bdi>
                </b>{' '}
                {[one.service, one.gpuType, one.model].filter(Boolean).join(' · ')}
              </span>
            </td>
            <td className={`${styles.resource} wide-only`}>
              <span className="cut" title={one.resource ?? undefined}>
                {one.resource}
              </span>
            </td>
            <td className={`${styles.labels} wide-only`}>
              <span className="cut">
                {Object.entries(one.labels).map(([key, value]) => (
                  <Tag key={key} title={`${key}=${value}`}>
                    {value === '' ? key : value}
                  </Tag>
                ))}
              </span>
            </td>
            <td className="wide-only faint">{one.source}</td>
            <td className="wide-only faint">{one.currency === 'USD' ? '' : money(one.cost, one.currency)}</td>
            <td>{money(one.costUsd)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
