import { Tag } from '../../ui/kit/tag.tsx'
import styles from './agents.module.css'
import type { Agent } from './queries.ts'

const POLICIES = { allow: '', ask: 'asks first', deny: 'not allowed' }

export const ToolTags = ({ tools }: { tools: Agent['tools'] }) => (
  <p className={styles.tools}>
    {tools.length === 0 && <span className="faint">No tools</span>}
    {tools.map(({ name, policy = 'allow' }) => (
      <Tag key={name}>
        <span className="mono">{name}</span>
        {policy !== 'allow' && <span className={styles.policy}>{POLICIES[policy]}</span>}
      </Tag>
    ))}
  </p>
)
