import { useState } from 'react'
import type { Schemas } from '../../api/client.ts'
import { CheckField } from '../../ui/kit/field.tsx'
import styles from './settings.module.css'

export type Scope = Schemas['CreateApiKey']['scopes'][number]

/** All scopes of keys. Those that most keys need come first. */
const SCOPES: Record<Scope, string> = {
  'workflows:read': 'See workflows',
  'workflows:write': 'Change workflows',
  'runs:read': 'See runs',
  'runs:write': 'Start and control runs',
  'approvals:write': 'Decide approvals',
  'files:read': 'See files',
  'files:write': 'Change files',
  'tasks:read': 'See tasks',
  'tasks:write': 'Change tasks',
  'tasks:run': 'Start and do tasks',
  'agents:read': 'See agents',
  'agents:write': 'Change agents',
  'agents:run': 'Call agents',
  'integrations:read': 'See integrations',
  'integrations:use': 'Use integrations',
  'integrations:write': 'Change integrations',
  'deployments:read': 'See deployments',
  'deployments:write': 'Publish sites',
  'jobs:read': 'See GPU jobs',
  'jobs:write': 'Change GPU jobs',
  'costs:read': 'See costs',
  'costs:write': 'Enter and import costs',
  'budgets:read': 'See budgets',
  'budgets:write': 'Change budgets',
  'webhooks:read': 'See webhooks',
  'webhooks:write': 'Change webhooks',
  'notifications:read': 'See notifications about the team',
  'notifications:write': 'Read and delete notifications about the team',
  'notify:write': 'Notify people',
  'teams:list': 'List the teams',
  'teams:read': 'See the team and its members',
  'teams:write': 'Change the team',
  'audit:read': 'See the audit log',
  'billing:read': 'See the plan and the use',
  'profile:read': 'See your profile',
  'profile:write': 'Change your profile',
}
const USUAL = 7

type Props = { chosen: readonly Scope[]; onChange: (scopes: Scope[]) => void }

export function ScopeFields({ chosen, onChange }: Props) {
  const all = Object.entries(SCOPES) as [Scope, string][]
  const toCheck = ([scope, label]: [Scope, string]) => (
    <CheckField
      key={scope}
      label={label}
      help={<span className="mono">{scope}</span>}
      checked={chosen.includes(scope)}
      onChange={({ target }) =>
        onChange(
          all.map(([one]) => one).filter((one) => (one === scope ? target.checked : chosen.includes(one))),
        )
      }
    />
  )
  const others = all.slice(USUAL)
  const [isOpen, setOpen] = useState(() => others.some(([scope]) => chosen.includes(scope)))
  return (
    <fieldset className={styles.scopes}>
      <legend>It may</legend>
      {all.slice(0, USUAL).map(toCheck)}
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>More</summary>
        <div className={styles.scopes}>{others.map(toCheck)}</div>
      </details>
    </fieldset>
  )
}
