import { Link, useNavigate } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { PageProblem, toAgent, toNewAgent } from '../shell/index.ts'
import styles from './agents.module.css'
import { useAgentTemplates, useDeleteTemplate, useTemplateUse } from './queries.ts'
import { ToolTags } from './tool-tags.tsx'

/** Settings of agents that the team has stored to start from. */
export function AgentTemplates({ q, mayWrite }: { q: string | undefined; mayWrite: boolean }) {
  const list = useAgentTemplates(q)
  const use = useTemplateUse()
  const remove = useDeleteTemplate()
  const go = useNavigate()
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton rows={4} height={120} />
  const items = list.data.pages.flatMap((page) => page.items)
  if (items.length === 0)
    return (
      <Empty icon="layers" title={q ? 'No matching templates' : 'No template yet'}>
        Save an agent as a template on its page, to create others with the same settings.
      </Empty>
    )
  async function take(id: string) {
    const made = await use.mutateAsync(id).catch(() => null)
    if (made) await go(toAgent(made.id, { tab: 'config' }))
  }
  return (
    <ul className={styles.cards} aria-label="Templates">
      {items.map((one) => (
        <li key={one.id}>
          <b>
            <bdi>{one.name}</bdi>
          </b>
          <p>{one.description || one.agent.instructions.slice(0, 160)}</p>
          <ToolTags tools={one.agent.tools} />
          {mayWrite && (
            <div className={styles.cardActions}>
              <Button
                size="small"
                icon="plus"
                busy={use.isPending && use.variables === one.id}
                onClick={() => void take(one.id)}
              >
                Create an agent
              </Button>
              <Link
                {...toNewAgent({ template: one.id })}
                className={buttonClass({ size: 'small', look: 'quiet' })}
              >
                Change it first
              </Link>
              <ConfirmButton
                size="small"
                look="quiet"
                question={`Delete the template "${one.name}"?`}
                about="Agents that were created from it are kept. This cannot be undone."
                verb="Delete"
                onConfirm={() => remove.mutateAsync(one.id)}
              >
                Delete
              </ConfirmButton>
            </div>
          )}
        </li>
      ))}
      {list.hasNextPage && (
        <li>
          <More of={list}>More</More>
        </li>
      )}
    </ul>
  )
}
