import { asProblem } from '../../api/problem.ts'
import { ChartTable, Legend } from '../../ui/chart/frame.tsx'
import { Lines } from '../../ui/chart/lines.tsx'
import { decimal } from '../../ui/format/money.ts'
import { plural } from '../../ui/format/time.ts'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { useSamples } from './job-queries.ts'
import { thinned } from './model/jobs.ts'

const POINTS = 120
const time = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const percent = (value: number): string => `${decimal(value, 0)} %`

/** How busy the GPUs were, over time. */
export function JobUtilisation({ id, samples }: { id: string; samples: number }) {
  const found = useSamples(id, samples)
  if (found.isError)
    return <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <Skeleton rows={4} height={48} />
  const all = found.data
  const points = thinned(all, POINTS)
  const names = points.map(({ at }) => time.format(new Date(at)))
  const series = [
    { name: 'GPU', values: points.map((one) => one.gpuPct) },
    { name: 'Memory', values: points.map((one) => one.memPct), isDashed: true },
  ]
  return (
    <section className={sheet.block} aria-labelledby="utilisation">
      <header>
        <h2 id="utilisation">Utilisation</h2>
        <span className="faint">
          {all.length < samples
            ? `the last ${all.length} of ${plural(samples, 'sample')}`
            : plural(samples, 'sample')}
        </span>
      </header>
      <Lines
        label="Utilisation of GPU and memory over time"
        names={names}
        series={series}
        format={percent}
        height={160}
      />
      <Legend names={series.map(({ name }) => name)} />
      <ChartTable
        head="Time"
        series={['GPU', 'Memory', 'Power']}
        rows={points.map((one, at) => ({
          id: one.at,
          name: names[at] ?? '',
          cells: [
            percent(one.gpuPct),
            percent(one.memPct),
            one.powerW === null ? '–' : `${decimal(one.powerW, 0)} W`,
          ],
        }))}
      />
    </section>
  )
}
