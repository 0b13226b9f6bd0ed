import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { LimitTable } from '../costs/index.ts'
import { toPage } from '../shell/index.ts'
import { useAdminAction } from './queries.ts'

const PLANS = ['free', 'premium', 'team'] as const

/** The plan of a team, which only an administrator changes, and how much of it is used. */
export function TeamPlan({ teamId, title }: { teamId: string; title: string }) {
  const params = { id: teamId }
  const found = useQuery({
    queryKey: ['admin', 'plan', teamId],
    queryFn: () => call('GET /admin/teams/{id}/subscription', { params }),
  })
  const update = useAdminAction((plan: Schemas['UpdateSubscription']['plan']) =>
    call('PUT /admin/teams/{id}/subscription', { params, body: { plan } }),
  )
  if (found.isError)
    return <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return null
  return (
    <section className={sheet.block} aria-labelledby="plan">
      <header>
        <h2 id="plan">{title}</h2>
        <select
          className={sheet.choice}
          aria-label="Plan"
          data-on="true"
          disabled={update.isPending}
          value={found.data.plan}
          onChange={({ target }) => update.mutate(target.value as (typeof PLANS)[number])}
        >
          {PLANS.map((one) => (
            <option key={one} value={one}>
              Plan {one}
            </option>
          ))}
        </select>
        <Link className="link" {...toPage('/admin/audit', { of: teamId })}>
          Audit log of the team
        </Link>
      </header>
      <LimitTable usage={found.data.usage} limits={found.data.limits} />
    </section>
  )
}
