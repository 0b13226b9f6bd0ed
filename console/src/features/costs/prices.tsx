import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { exactMoney } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { PageProblem, useMe } from '../shell/index.ts'
import { CostsFrame } from './frame.tsx'
import { UNIT_LABELS } from './model/units.ts'
import { type PriceSearch, readPrices } from './routes.ts'

const RatesDialog = lazy(() => import('./rates-dialog.tsx').then((parts) => ({ default: parts.RatesDialog })))

/** The list prices that costs of runs and jobs are computed with, and the rates of currencies. */
export function Prices() {
  useTitle('Prices')
  const search = readPrices(useSearch({ from: '/shell/costs/prices' }))
  const go = useNavigate({ from: '/costs/prices' })
  const { currency, ...filter } = search
  const list = useInfiniteQuery({
    queryKey: ['prices', filter],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /costs/prices', { query: { ...filter, limit: 100, count: 'true', ...pageAfter(pageParam) } }),
  })
  const set = (change: PriceSearch) =>
    void go({
      search: (old) => changedSearch<PriceSearch>(old, change),
      replace: true,
    })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  return (
    <CostsFrame>
      <div className={sheet.page}>
        <section className={sheet.block} aria-labelledby="prices">
          <header>
            <h2 id="prices">Price table</h2>
            {total !== undefined && <span className="faint num">{count(total)}</span>}
            <span className={sheet.grow} />
            <FilterField
              label="Provider"
              value={filter.provider}
              onChange={(provider) => set({ provider })}
            />
            <FilterField label="GPU type" value={filter.gpuType} onChange={(gpuType) => set({ gpuType })} />
            <FilterField label="Model" value={filter.model} onChange={(model) => set({ model })} />
          </header>
          <p className={sheet.note}>
            Public list prices, each with its source. Set the rate of a GPU job to what you actually pay.
          </p>
          {list.isError ? (
            <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
          ) : list.isPending ? (
            <Skeleton rows={8} />
          ) : items.length === 0 ? (
            <Empty icon="filter" title="No matching prices" />
          ) : (
            <PriceTable items={items} />
          )}
          <More of={list} className={sheet.more}>
            Show more
          </More>
        </section>
        <Rates currency={currency} onChange={(next) => set({ currency: next })} />
      </div>
    </CostsFrame>
  )
}

function PriceTable({ items }: { items: readonly Schemas['Price'][] }) {
  return (
    <div className={sheet.scroll}>
      <table className={sheet.table} data-text="true">
        <thead>
          <tr>
            <th scope="col">Provider</th>
            <th scope="col">Of</th>
            <th scope="col" className="wide-only">
              Region
            </th>
            <th scope="col">Price</th>
            <th scope="col">Unit</th>
            <th scope="col" className="wide-only">
              From
            </th>
            <th scope="col" className="wide-only">
              Source
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={one.id}>
              <th scope="row">{one.provider}</th>
              <td>{one.gpuType ?? one.model}</td>
              <td className="wide-only dim">{one.region}</td>
              <td>{exactMoney(Number(one.unitPriceUsd))}</td>
              <td className="dim">
                {UNIT_LABELS[one.unit] ?? one.unit}
                {one.above > 0 && `, above ${count(one.above)} tokens`}
              </td>
              <td className="wide-only dim">{one.validFrom}</td>
              <td className="wide-only dim">
                <Source text={one.source} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Source({ text }: { text: string }) {
  if (!/^https:\/\//.test(text)) return <span title={text}>{text}</span>
  return (
    <a className="link" href={text} target="_blank" rel="noreferrer noopener" title={text}>
      {new URL(text).hostname}
    </a>
  )
}

function Rates({
  currency,
  onChange,
}: {
  currency: string | undefined
  onChange: (currency: string) => void
}) {
  const [isLoading, setLoading] = useState(false)
  const isAdmin = useMe().data?.role === 'admin'
  const list = useInfiniteQuery({
    queryKey: ['rates', currency],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /costs/rates', {
        query: { ...(currency && { currency }), limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
  })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className={sheet.block} aria-labelledby="rates">
      <header>
        <h2 id="rates">Exchange rates</h2>
        <span className={sheet.grow} />
        <FilterField label="Currency" value={currency} onChange={(text) => onChange(text.toUpperCase())} />
        {isAdmin && (
          <Button size="small" icon="plus" onClick={() => setLoading(true)}>
            Load rates
          </Button>
        )}
      </header>
      {isLoading && (
        <Suspense>
          <RatesDialog onClose={() => setLoading(false)} />
        </Suspense>
      )}
      <p className={sheet.note}>
        Costs in other currencies are converted with the rate of their day, or the latest of the seven days
        before. An administrator of the installation loads the rates.
      </p>
      {list.isError && <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <p className="faint">No rates.</p>}
      {items.length > 0 && (
        <div className={sheet.scroll}>
          <table className={sheet.lines}>
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col">Currency</th>
                <th scope="col">US dollars for one</th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={`${one.date} ${one.currency}`}>
                  <td className="num">{one.date}</td>
                  <td>{one.currency}</td>
                  <td className="num">{one.usdPerUnit}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More of={list} className={sheet.more}>
        Show more
      </More>
    </section>
  )
}

type FieldProps = { label: string; value: string | undefined; onChange: (value: string) => void }

/** Applies when it is left, or with Enter. */
function FilterField({ label, value = '', onChange }: FieldProps) {
  return (
    <input
      key={value}
      className={sheet.label}
      aria-label={label}
      placeholder={label}
      maxLength={100}
      defaultValue={value}
      onBlur={({ target }) => target.value.trim() !== value && onChange(target.value.trim())}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  )
}
