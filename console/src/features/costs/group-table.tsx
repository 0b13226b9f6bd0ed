import { Link } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { change, decimal, money, percent } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { toPage } from '../shell/index.ts'
import styles from './costs.module.css'
import { fieldsOf, filterOfGroup, groupLabel, type OverviewSearch } from './model/filter.ts'
import type { Group, useGroups } from './queries.ts'
import { useNames } from './use-names.ts'

type Props = {
  search: OverviewSearch
  by: string
  groups: ReturnType<typeof useGroups>
  onDrill: (value: string | null) => void
}

/** What the costs consist of. A name narrows the page down to its group. */
export function GroupTable({ search, by, groups, onDrill }: Props) {
  const all = groups.data?.pages.flatMap((page) => page.groups) ?? []
  const rest = groups.data?.pages.at(-1)?.other ?? null
  const nameOf = useNames(
    by,
    all.map((one) => one.keys[by] ?? null),
  )
  const hasHours = all.some((one) => one.hours > 0)
  const hasTokens = all.some((one) => one.tokens > 0)
  const { by: _, bucket: __, jobs: ___, ...filter } = search
  const rowsOf = (value: string | null) => {
    const one = filterOfGroup(by, value)
    return one === null ? null : toPage('/costs/rows', { ...filter, [one[0]]: one[1] })
  }
  return (
    <section className={sheet.block} aria-labelledby="groups">
      <header>
        <h2 id="groups">By {groupLabel(by).toLowerCase().replace('gpu', 'GPU')}</h2>
        <span className={sheet.grow} />
        <Link className="link" {...toPage('/costs/rows', { ...filter, ...fieldsOf(search) })}>
          All rows
        </Link>
      </header>
      {groups.isError ? (
        <ProblemNote problem={asProblem(groups.error)} onRetry={() => void groups.refetch()} />
      ) : groups.isPending ? (
        <Skeleton rows={5} />
      ) : (
        <div className={sheet.scroll}>
          <table className={sheet.table} data-old={groups.isPlaceholderData}>
            <thead>
              <tr>
                <th scope="col">{groupLabel(by)}</th>
                <th scope="col" className="wide-only">
                  Share
                </th>
                <th scope="col">Cost</th>
                <th scope="col" className="wide-only">
                  Previous period
                </th>
                <th scope="col">Change</th>
                {hasHours && <th scope="col">Hours</th>}
                {hasTokens && <th scope="col">Tokens</th>}
                <th scope="col">
                  <span className="unseen">Rows</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map((one) => {
                const value = one.keys[by] ?? null
                const rows = rowsOf(value)
                const name = nameOf(value)
                return (
                  <tr key={value ?? ''}>
                    <th scope="row">
                      {filterOfGroup(by, value) === null ? (
                        <span className="faint">{name}</span>
                      ) : (
                        <button
                          type="button"
                          className="cut"
                          title={value ?? ''}
                          onClick={() => onDrill(value)}
                        >
                          {name}
                        </button>
                      )}
                    </th>
                    <Share of={one} />
                    <td>{money(one.costUsd)}</td>
                    <td className="wide-only faint">{money(one.previousUsd)}</td>
                    <td className={one.changePct === null ? 'faint' : undefined}>
                      {one.changePct === null ? 'new' : change(one.changePct)}
                    </td>
                    {hasHours && <td>{decimal(one.hours)}</td>}
                    {hasTokens && <td>{count(one.tokens)}</td>}
                    <td>
                      {rows && (
                        <Link className="link" {...rows} aria-label={`Rows of ${name}`}>
                          Rows
                        </Link>
                      )}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
      {rest !== null && (
        <p className={sheet.rest}>
          <span>
            {count(rest.groups)} more, together {money(rest.costUsd)}
          </span>
          <More of={groups} size="small">
            Show more
          </More>
        </p>
      )}
    </section>
  )
}

const Share = ({ of: { share } }: { of: Group }) => (
  <td className={`${styles.share} wide-only`}>
    {share !== null && (
      <span>
        <i style={{ inlineSize: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
        {percent(share)}
      </span>
    )}
  </td>
)
