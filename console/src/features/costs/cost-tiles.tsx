import type { Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { change, money } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { Tile, Tiles } from '../../ui/kit/tiles.tsx'
import styles from './costs.module.css'
import { periodName } from './model/days.ts'
import { type OverviewSearch, periodOf, previousOf } from './model/filter.ts'
import { changeFrom, otherCurrencies } from './model/series.ts'
import { useForecast } from './queries.ts'
import { useBudgets } from './use-budgets.ts'

type Totals = { now: Schemas['SnapshotTotal']; before: Schemas['SnapshotTotal'] }

export function CostTiles({ search, totals: { now, before } }: { search: OverviewSearch; totals: Totals }) {
  const percents = changeFrom(before.totalUsd, now.totalUsd)
  const billed = otherCurrencies(now.byCurrency)
  const previous = previousOf(periodOf(search, serverNow()))
  return (
    <Tiles label="Figures">
      <Tile name="Total in US dollars" value={money(now.totalUsd)}>
        {billed.length === 0
          ? `${count(now.count)} rows`
          : `billed as ${billed.map(([currency, amount]) => money(amount, currency)).join(' and ')}, converted with the rate of each day`}
      </Tile>
      <Tile name="Previous period" value={money(before.totalUsd)} title={periodName(previous)}>
        {percents === null ? 'as many days before' : `${change(percents)} since then`}
      </Tile>
      <ForecastTile search={search} />
      <BudgetTile />
    </Tiles>
  )
}

function ForecastTile({ search }: { search: OverviewSearch }) {
  const { data } = useForecast(search)
  if (data === undefined) return <Tile name="This month" value="–" />
  const { usd, low, high } = data.monthEnd
  return (
    <Tile name="End of this month" value={money(usd)} {...(data.note && { title: data.note })}>
      {low === null || high === null
        ? 'predicted from recorded days'
        : `predicted, probably ${money(low)} to ${money(high)}`}
    </Tile>
  )
}

function BudgetTile() {
  const data = useBudgets().data?.budgets
  if (data === undefined) return <Tile name="Spent this month" value="–" />
  const { monthlyCostUsd: limit, spent } = data
  const share = limit === null || limit === 0 ? 0 : spent.costUsd / limit
  const tone = limit === null || share < (data.alertAt[0] ?? 1) ? 'off' : share < 1 ? 'wait' : 'bad'
  return (
    <Tile name="Spent this month" value={money(spent.costUsd)}>
      {limit === null ? (
        'no budget set'
      ) : (
        <span className={styles.budget} data-tone={tone}>
          <i style={{ inlineSize: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
          <span>of {money(limit)} with runs of the whole team</span>
        </span>
      )}
    </Tile>
  )
}
