import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { usd } from '../../ui/format/money.ts'
import { count } from '../../ui/format/time.ts'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { useMe } from '../shell/index.ts'
import { type Limit, limitsOf, monthsUntil, toneOfShare } from './model/limits.ts'
import { Loaded, Section } from './section.tsx'
import styles from './settings.module.css'

type Plan = Schemas['Subscription']['plan']
const PLANS: Record<Plan, string> = { free: 'Free', premium: 'Premium', team: 'Team' }

/** What the plan allows, and what the team uses of it. */
export function PlanPage() {
  const plan = useQuery({
    queryKey: ['team', 'plan'],
    queryFn: () => call('GET /users/subscription'),
    refetchInterval: 30_000,
  })
  return (
    <>
      <Loaded query={plan}>
        {(subscription) => {
          const limits = limitsOf(subscription)
          return (
            <>
              <Section
                title={`Plan ${PLANS[subscription.plan]}`}
                about="What exceeds a limit is refused, and nothing that exists is removed."
              >
                <ul className={styles.limits}>
                  {limits
                    .filter(({ used }) => used !== null)
                    .map((one) => (
                      <Meter key={one.id} limit={one} />
                    ))}
                </ul>
              </Section>
              <Section title="Further limits">
                <dl className={styles.facts}>
                  {limits
                    .filter(({ used }) => used === null)
                    .map(({ id, name, text }) => (
                      <div key={id}>
                        <dt>{name}</dt>
                        <dd>{text}</dd>
                      </div>
                    ))}
                </dl>
              </Section>
              {subscription.changeable && <ChangePlan plan={subscription.plan} />}
            </>
          )
        }}
      </Loaded>
      <MonthUsage />
    </>
  )
}

function Meter({ limit: { name, text, share, most } }: { limit: Limit }) {
  return (
    <li data-tone={toneOfShare(share)}>
      <span>{name}</span>
      {most !== null && (
        <i>
          <b style={{ width: `${share * 100}%` }} />
        </i>
      )}
      <span className="num">{text}</span>
    </li>
  )
}

function ChangePlan({ plan }: { plan: Plan }) {
  const [wanted, setWanted] = useState<Plan>(plan)
  const cache = useQueryClient()
  const change = useMutation({
    meta: { quiet: true },
    mutationFn: () => call('PUT /users/subscription', { body: { plan: wanted } }),
    onSuccess: () => showToast(`The team has the plan ${PLANS[wanted]}.`),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: ['team'] })
      void cache.invalidateQueries({ queryKey: ['me'] })
      void cache.invalidateQueries({ queryKey: ['files', 'stats'] })
    },
  })
  return (
    <Section
      title="Change the plan"
      about="It applies immediately. A smaller plan is only possible if the team fits into it."
    >
      <SelectField
        label="Plan"
        value={wanted}
        onChange={(event) => {
          change.reset()
          setWanted(event.target.value as Plan)
        }}
      >
        {Object.entries(PLANS).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {change.isError && <ProblemNote problem={asProblem(change.error)} />}
      <div>
        <ConfirmButton
          disabled={wanted === plan}
          question={`Change to the plan ${PLANS[wanted]}?`}
          about="The limits of the new plan apply to the whole team from now on."
          verb="Change the plan"
          onConfirm={() => change.mutateAsync().catch(() => undefined)}
        >
          Change
        </ConfirmButton>
      </div>
    </Section>
  )
}

const MONTHS = 12

function MonthUsage() {
  const teamId = useMe().data?.team.id
  const [period, setPeriod] = useState(() => monthsUntil(serverNow(), 1)[0] ?? '')
  const usage = useQuery({
    queryKey: ['team', teamId, 'usage', period],
    enabled: teamId !== undefined,
    queryFn: () => call('GET /teams/{id}/usage', { params: { id: teamId ?? '' }, query: { period } }),
  })
  return (
    <Section title="Use in a month" about="Months are those of UTC.">
      <SelectField label="Month" value={period} onChange={(event) => setPeriod(event.target.value)}>
        {monthsUntil(serverNow(), MONTHS).map((month) => (
          <option key={month}>{month}</option>
        ))}
      </SelectField>
      <Loaded query={usage}>
        {({ runs, inputTokens, outputTokens, costUsd }) => (
          <dl className={styles.facts}>
            <div>
              <dt>Runs</dt>
              <dd>{count(runs)}</dd>
            </div>
            <div>
              <dt>Tokens to models</dt>
              <dd>{count(inputTokens)}</dd>
            </div>
            <div>
              <dt>Tokens from models</dt>
              <dd>{count(outputTokens)}</dd>
            </div>
            <div>
              <dt>Cost of model calls</dt>
              <dd>{usd(costUsd)}</dd>
            </div>
          </dl>
        )}
      </Loaded>
    </Section>
  )
}
