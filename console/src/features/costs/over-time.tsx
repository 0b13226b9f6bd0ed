import { useMemo } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Bars } from '../../ui/chart/bars.tsx'
import { ChartTable, Legend } from '../../ui/chart/frame.tsx'
import { money, shortMoney } from '../../ui/format/money.ts'
import { CheckField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tabs } from '../../ui/kit/tabs.tsx'
import styles from './costs.module.css'
import { type Bucket, daysOfBucket, periodName } from './model/days.ts'
import { groupLabel, type OverviewSearch, type Period } from './model/filter.ts'
import { columnsOf } from './model/series.ts'
import { type Group, useSeries } from './queries.ts'
import { useNames } from './use-names.ts'

type Props = {
  search: OverviewSearch
  by: string
  period: Period
  /** The largest groups. */
  top: readonly Group[]
  onChange: (change: Partial<OverviewSearch>) => void
}

/** The series before `all others`. */
const MOST = 5
const BUCKETS = [
  { id: 'day', name: 'Day' },
  { id: 'week', name: 'Week' },
  { id: 'month', name: 'Month' },
]

export function OverTime({ search, by, period, top, onChange }: Props) {
  const series = useSeries(search, by)
  const nameOf = useNames(
    by,
    top.map((one) => one.keys[by] ?? null),
  )
  const { data } = series
  const chart = useMemo(
    // Until the data of this grouping is loaded, the data of the one before is not drawn with its names.
    () => (data && data.by === by ? columnsOf({ ...data, top, nameOf, most: MOST }) : null),
    [data, by, top, nameOf],
  )
  const bucket = data?.bucket ?? 'day'
  return (
    <section className={sheet.block} aria-labelledby="over-time">
      <header>
        <h2 id="over-time">Costs over time</h2>
        <Tabs
          look="box"
          label="Columns"
          tabs={BUCKETS}
          value={bucket}
          onChange={(id) => onChange({ bucket: id as Bucket })}
        />
        <span className={sheet.grow} />
        <CheckField
          label="With GPU jobs"
          checked={search.jobs === true}
          onChange={({ target }) =>
            onChange({ jobs: target.checked ? true : undefined } as Partial<OverviewSearch>)
          }
        />
      </header>
      {search.jobs && (
        <p className="dim">
          The costs of jobs are computed from their hours. Where the bill of the provider is recorded as well,
          the same hours count twice.
        </p>
      )}
      {series.isError && (
        <ProblemNote problem={asProblem(series.error)} onRetry={() => void series.refetch()} />
      )}
      {chart ? (
        <>
          <Bars
            label={`Costs by ${bucket} and ${groupLabel(by).toLowerCase()}, ${periodName(period)}`}
            series={chart.series}
            columns={chart.columns}
            format={money}
            axis={shortMoney}
            height={220}
            onChoose={(column) =>
              onChange({
                last: undefined,
                ...daysOfBucket(column.id, bucket, period),
              } as Partial<OverviewSearch>)
            }
          />
          <div className={styles.under}>
            <Legend names={chart.series} />
            {chart.columns[0]?.before !== undefined && (
              <span className="faint">
                <i className={styles.beforeMark} /> Previous period
              </span>
            )}
          </div>
          <ChartTable
            head={BUCKETS.find(({ id }) => id === bucket)?.name ?? ''}
            series={[...chart.series, 'Total', 'Previous period']}
            rows={chart.columns.map(({ id, name, values, before = 0 }) => ({
              id,
              name,
              cells: [...values, values.reduce((sum, value) => sum + value, 0), before].map((value) =>
                money(value),
              ),
            }))}
          />
        </>
      ) : (
        !series.isError && <div style={{ height: 252 }} />
      )}
    </section>
  )
}
