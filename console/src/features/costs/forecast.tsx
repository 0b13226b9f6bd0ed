import { asProblem } from '../../api/problem.ts'
import { ChartTable, Legend } from '../../ui/chart/frame.tsx'
import { Lines } from '../../ui/chart/lines.tsx'
import { money, shortMoney } from '../../ui/format/money.ts'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { bucketName, dayName } from './model/days.ts'
import { forecastLines } from './model/forecast.ts'
import { useForecast } from './queries.ts'
import { useBudgets } from './use-budgets.ts'

const METHODS = {
  weekday_mean: 'the mean of each weekday in the four weeks before',
  daily_mean: 'the mean of all days before',
}

/** The recorded costs of the month, and where they will lead to. */
export function Forecast() {
  const found = useForecast({})
  const limit = useBudgets().data?.budgets.monthlyCostUsd ?? null
  if (found.isError)
    return <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return null
  const { asOf, method, monthEnd, note } = found.data
  const lines = forecastLines(found.data)
  const names = lines.days.map((day) => bucketName(day, 'day'))
  const series = [
    { name: 'Recorded', values: lines.recorded },
    { name: 'Predicted', values: lines.predicted, isDashed: true },
    ...(limit === null ? [] : [{ name: 'Budget', values: lines.days.map(() => limit) }]),
  ]
  return (
    <section className={sheet.block} aria-labelledby="forecast">
      <header>
        <h2 id="forecast">Recorded costs of the month, summed up</h2>
      </header>
      <Lines
        label={`Costs summed up by day, predicted to reach ${money(monthEnd.usd)} at the end of the month`}
        names={names}
        series={series}
        format={money}
        axis={shortMoney}
      />
      <Legend names={series.map(({ name }) => name)} />
      <p className={sheet.note}>
        {dayName(asOf)} is the last day that counts as complete. Later days get {METHODS[method]}.
        {monthEnd.low !== null &&
          monthEnd.high !== null &&
          ` The month ends between ${money(monthEnd.low)} and ${money(monthEnd.high)} in about 80 % of cases.`}
        {note && ` ${note}`}
      </p>
      <ChartTable
        head="Day"
        series={['Recorded', 'Predicted']}
        rows={lines.days.map((day, at) => ({
          id: day,
          name: names[at] ?? '',
          cells: [lines.recorded[at], lines.predicted[at]].map((value) =>
            typeof value === 'number' ? money(value) : '–',
          ),
        }))}
      />
    </section>
  )
}
