import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { exactMoney } from '../../ui/format/money.ts'
import { exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tag } from '../../ui/kit/tag.tsx'
import { PageProblem, toPage, toRun, toWorkflow, useRights } from '../shell/index.ts'
import styles from './costs.module.css'
import { CostsFrame } from './frame.tsx'
import { dayName } from './model/days.ts'
import { type Cost, useCost, useDeleteCost } from './queries.ts'
import { useNames } from './use-names.ts'

const CorrectDialog = lazy(() =>
  import('./correct-dialog.tsx').then((parts) => ({ default: parts.CorrectDialog })),
)

export function CostPage() {
  const { id } = useParams({ from: '/shell/costs/rows/$id' })
  const found = useCost(id)
  useTitle(found.data ? `${found.data.cost.provider}, ${found.data.cost.date}` : 'Cost')
  const remove = useDeleteCost()
  const go = useNavigate()
  /** As it was when the form opened. */
  const [corrected, setCorrected] = useState<{ cost: Cost; etag: string } | null>(null)
  const { mayRun } = useRights()
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="cost"
        list="/costs/rows"
        onRetry={() => void found.refetch()}
      />
    )
  return (
    <CostsFrame
      end={
        found.data &&
        mayRun && (
          <>
            <Button onClick={() => setCorrected(found.data)}>Correct</Button>
            <ConfirmButton
              icon="trash"
              foldsText
              question={`Delete ${exactMoney(found.data.cost.costUsd)} of ${found.data.cost.provider}?`}
              about={`The row of ${dayName(found.data.cost.date)} is removed from all sums. The audit log keeps its amounts.`}
              verb="Delete the row"
              onConfirm={async () => {
                await remove.mutateAsync({ id, etag: found.data.etag })
                await go(toPage('/costs/rows'))
              }}
            >
              Delete
            </ConfirmButton>
          </>
        )
      }
    >
      <div className={sheet.page}>
        {found.data ? <CostFacts cost={found.data.cost} /> : <Skeleton rows={10} />}
      </div>
      {corrected && (
        <Suspense>
          <CorrectDialog
            key={corrected.etag}
            {...corrected}
            onReload={async () => setCorrected((await found.refetch()).data ?? null)}
            onClose={() => setCorrected(null)}
          />
        </Suspense>
      )}
    </CostsFrame>
  )
}

function CostFacts({ cost }: { cost: Cost }) {
  const workflow = useNames('workflow', [cost.workflowId])
  const agent = useNames('agent', [cost.agentId])
  const user = useNames('user', [cost.userId])
  const isUsd = cost.currency === 'USD'
  const billed = (amount: number | null, inUsd: number | null) =>
    amount === null || inUsd === null
      ? null
      : isUsd
        ? exactMoney(inUsd)
        : `${exactMoney(amount, cost.currency)}, which is ${exactMoney(inUsd)}`
  const all: [string, ReactNode][] = [
    ['Day', dayName(cost.date)],
    ['Provider', cost.provider],
    ['Service', cost.service],
    ['Resource', cost.resource],
    ['GPU type', cost.gpuType],
    ['Model', cost.model],
    ['After discounts', billed(cost.effectiveCost, cost.effectiveCostUsd)],
    ['At list prices', billed(cost.listCost, cost.listCostUsd)],
    [
      'Run',
      cost.runId && (
        <Link {...toRun(cost.runId)} className="link mono">
          {cost.runId}
        </Link>
      ),
    ],
    [
      'Workflow',
      cost.workflowId && (
        <Link {...toWorkflow(cost.workflowId)} className="link">
          {workflow(cost.workflowId)}
        </Link>
      ),
    ],
    ['Agent', cost.agentId && agent(cost.agentId)],
    ['Person', cost.userId && user(cost.userId)],
    [
      'Labels',
      Object.keys(cost.labels).length > 0 && (
        <span className={sheet.tags}>
          {Object.entries(cost.labels).map(([key, value]) => (
            <Link key={key} {...toPage('/costs/rows', { label: `${key}=${value}` })}>
              <Tag>{value === '' ? key : `${key}=${value}`}</Tag>
            </Link>
          ))}
        </span>
      ),
    ],
    ['Source', cost.source],
    ['Line', cost.line && <span className="mono">{cost.line}</span>],
    [
      'Id',
      <span key="id" className="mono">
        {cost.id} <CopyButton text={cost.id} label="Copy the id" />
      </span>,
    ],
    [
      'Recorded',
      <span key="at" title={exact(cost.createdAt)}>
        <Ago at={cost.createdAt} />
        {cost.version > 1 && (
          <>
            , last changed <Ago at={cost.updatedAt} />
          </>
        )}
      </span>,
    ],
  ]
  return (
    <>
      <section className={styles.amount} aria-label="Amount">
        <b className="num">{exactMoney(cost.cost, cost.currency)}</b>
        {!isUsd && (
          <span className="dim num">
            {exactMoney(cost.costUsd)} with the rate of the day when it was recorded
          </span>
        )}
      </section>
      <Facts facts={all} />
      {cost.focus !== null && (
        <section className={sheet.block} aria-label="FOCUS">
          <header>
            <h2>Other columns of the FOCUS file</h2>
          </header>
          <Facts facts={Object.entries(cost.focus)} />
        </section>
      )}
    </>
  )
}
