import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { decimal, money, percent } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { useMe, useRights } from '../shell/index.ts'
import { BudgetDialog } from './budget-dialog-lazy.tsx'
import styles from './costs.module.css'
import { Forecast } from './forecast.tsx'
import { CostsFrame } from './frame.tsx'
import { LimitTable } from './limit-table.tsx'
import { dayOf } from './model/days.ts'
import { lastMonths } from './model/limits.ts'
import { useBudgets } from './use-budgets.ts'

/** What the team has spent this month, and its limits. */
export function Budget() {
  useTitle('Budget')
  const budgets = useBudgets()
  const { mayManage } = useRights()
  const [edited, setEdited] = useState<{ budgets: Schemas['Budgets']; etag: string } | null>(null)
  const problem = budgets.error === null ? null : asProblem(budgets.error)
  return (
    <CostsFrame
      end={
        mayManage &&
        budgets.data && (
          <Button look="primary" onClick={() => setEdited(budgets.data)}>
            Change the budget
          </Button>
        )
      }
    >
      <div className={sheet.page}>
        {problem && <ProblemNote problem={problem} onRetry={() => void budgets.refetch()} />}
        {budgets.data ? (
          <Spending budgets={budgets.data.budgets} />
        ) : (
          !problem && <Skeleton rows={4} height={48} />
        )}
        <Forecast />
        <Usage />
        <PlanLimits />
      </div>
      {edited && (
        <BudgetDialog
          key={edited.etag}
          {...edited}
          onReload={async () => setEdited((await budgets.refetch()).data ?? null)}
          onClose={() => setEdited(null)}
        />
      )}
    </CostsFrame>
  )
}

function Spending({ budgets: one }: { budgets: Schemas['Budgets'] }) {
  const alerts = one.alertAt.map((share) => percent(share)).join(', ')
  return (
    <section className={sheet.block} aria-labelledby="spending">
      <header>
        <h2 id="spending">This month, {one.spent.period}</h2>
      </header>
      <div className={styles.meters}>
        <Meter
          name="Costs with those of runs"
          spent={one.spent.costUsd}
          limit={one.monthlyCostUsd}
          alertAt={one.alertAt}
          format={money}
        />
        <Meter
          name="Tokens of runs"
          spent={one.spent.tokens}
          limit={one.monthlyTokens}
          alertAt={one.alertAt}
          format={count}
        />
      </div>
      <p className={sheet.note}>
        {one.monthlyCostUsd === null && one.monthlyTokens === null
          ? 'The team has no budget. With one, its owners are told when spending reaches a share of it.'
          : `The owners are told at ${alerts || 'no share'} of a limit. ${
              one.hardStop
                ? 'When a limit is reached, calls to models are refused.'
                : 'Calls to models go on when a limit is reached.'
            }`}
      </p>
    </section>
  )
}

type MeterProps = {
  name: string
  spent: number
  limit: number | null
  alertAt: readonly number[]
  format: (value: number) => string
}

function Meter({ name, spent, limit, alertAt, format }: MeterProps) {
  const share = limit === null ? null : limit === 0 ? (spent > 0 ? 1 : 0) : spent / limit
  const tone = share === null || share < (alertAt[0] ?? 1) ? 'off' : share < 1 ? 'wait' : 'bad'
  return (
    <div className={styles.meter}>
      <span>{name}</span>
      <b className="num">{format(spent)}</b>
      {share === null || limit === null ? (
        <small>no limit</small>
      ) : (
        <>
          <div
            className={styles.bar}
            role="meter"
            aria-label={name}
            aria-valuemin={0}
            aria-valuemax={limit}
            aria-valuenow={Math.min(limit, Math.max(0, spent))}
            data-tone={tone}
          >
            <i style={{ inlineSize: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
            {alertAt
              .filter((at) => at < 1)
              .map((at) => (
                <span key={at} style={{ insetInlineStart: `${at * 100}%` }} />
              ))}
          </div>
          <small>
            {percent(share)} of {format(limit)}
          </small>
        </>
      )}
    </div>
  )
}

function Usage() {
  const id = useMe().data?.team.id ?? ''
  const months = lastMonths(dayOf(serverNow()), 12)
  const [period, setPeriod] = useState(months[0] ?? '')
  const found = useQuery({
    queryKey: ['team-usage', id, period],
    enabled: id !== '',
    queryFn: () => call('GET /teams/{id}/usage', { params: { id }, query: { period } }),
  })
  const one = found.data
  return (
    <section className={sheet.block} aria-labelledby="usage">
      <header>
        <h2 id="usage">What the team used</h2>
        <select
          className={sheet.choice}
          aria-label="Month"
          value={period}
          onChange={({ target }) => setPeriod(target.value)}
        >
          {months.map((month) => (
            <option key={month}>{month}</option>
          ))}
        </select>
      </header>
      {found.isError && <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />}
      {one && (
        <Facts
          facts={[
            ['Costs', money(one.costUsd)],
            ['Runs', count(one.runs)],
            ['Tokens sent to models', count(one.inputTokens)],
            ['Tokens received', count(one.outputTokens)],
            ...Object.entries(one.other).map(([name, value]) => [name, decimal(value)] as const),
          ]}
        />
      )}
    </section>
  )
}

/** The limits of the plan, and how much of each is used. */
function PlanLimits() {
  const found = useQuery({ queryKey: ['subscription'], queryFn: () => call('GET /users/subscription') })
  if (found.data === undefined) return null
  return (
    <section className={sheet.block} aria-labelledby="plan">
      <header>
        <h2 id="plan">Limits of the {found.data.plan} plan</h2>
      </header>
      <LimitTable usage={found.data.usage} limits={found.data.limits} />
    </section>
  )
}
