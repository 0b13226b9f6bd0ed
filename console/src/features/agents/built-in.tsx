import { Link } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { buttonClass } from '../../ui/kit/button.tsx'
import { Skeleton } from '../../ui/kit/page.tsx'
import { PageProblem, toAgent, toNewAgent } from '../shell/index.ts'
import styles from './agents.module.css'
import { useBuiltInAgents } from './queries.ts'
import { ToolTags } from './tool-tags.tsx'

/** Agents that every team has. They can be used and copied, not changed. */
export function BuiltInAgents({ mayWrite }: { mayWrite: boolean }) {
  const list = useBuiltInAgents()
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton rows={4} height={120} />
  return (
    <ul className={styles.cards} aria-label="Built-in agents">
      {list.data.map((one) => (
        <li key={one.id}>
          <Link {...toAgent(one.id)}>
            <b>{one.name}</b>
          </Link>
          <p>{one.description}</p>
          <ToolTags tools={one.tools} />
          <div className={styles.cardActions}>
            <Link {...toAgent(one.id)} className={buttonClass({ size: 'small' })}>
              Chat
            </Link>
            {mayWrite && (
              <Link
                {...toNewAgent({ type: one.id })}
                className={buttonClass({ size: 'small', look: 'quiet' })}
              >
                Make your own
              </Link>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}
