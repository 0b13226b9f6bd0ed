import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { showProblem } from '../../ui/kit/toast.tsx'
import { PersonName } from '../people/index.ts'
import styles from './agent.module.css'
import { AgentFacts } from './agent-facts.tsx'
import { bodyOf, changesBetween, formOf } from './model/form.ts'
import { type Agent, type AgentVersion, useAgentVersions, useUpdateAgent } from './queries.ts'

/** Every change, who made it, and the settings of that time. */
export function VersionsTab({ agent, mayWrite }: { agent: Agent; mayWrite: boolean }) {
  const { version: chosen = agent.version } = useSearch({ from: '/shell/agents/$id' })
  const go = useNavigate({ from: '/agents/$id' })
  const list = useAgentVersions(agent.id)
  const update = useUpdateAgent(agent.id)
  if (list.isError) return <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton />
  const versions = list.data.pages.flatMap((page) => page.items)
  const shown = versions.find(({ version }) => version === chosen) ?? versions[0]
  async function restore(one: AgentVersion) {
    const body = bodyOf(formOf(one), agent.limits) as Schemas['UpdateAgent']
    try {
      await update.mutateAsync({ body, etag: `"${agent.version}"` })
    } catch (error) {
      showProblem(asProblem(error))
      throw error
    }
    void go({ search: { tab: 'versions' } })
  }
  return (
    <div className={styles.versions}>
      <section className={styles.page} aria-label={`Version ${shown?.version}`}>
        {shown && <AgentFacts agent={shown} />}
      </section>
      <aside aria-label="Versions">
        <ol>
          {versions.map((one, at) => (
            <li key={one.version} data-chosen={one.version === shown?.version}>
              <button
                type="button"
                onClick={() => void go({ search: { tab: 'versions', version: one.version }, replace: true })}
              >
                <b className="num">Version {one.version}</b>{' '}
                {one.version === agent.version && <Tag>Current</Tag>}
                <small>
                  <Ago at={one.createdAt} /> by <PersonName id={one.createdBy} />
                </small>
                <small>{describeChange(versions[at + 1], one)}</small>
              </button>
              {mayWrite && one.version !== agent.version && (
                <ConfirmButton
                  size="small"
                  look="quiet"
                  question={`Restore version ${one.version}?`}
                  about="This creates a new version with these settings. Calls that are under way keep theirs."
                  verb="Restore"
                  onConfirm={() => restore(one)}
                >
                  Restore
                </ConfirmButton>
              )}
            </li>
          ))}
        </ol>
        <More of={list} size="small">
          Older ones
        </More>
      </aside>
    </div>
  )
}

function describeChange(before: AgentVersion | undefined, after: AgentVersion): string {
  if (before === undefined) return after.version === 1 ? 'Created' : ''
  const changes = changesBetween(before, after)
  return changes.length === 0 ? 'Other settings' : `Changed: ${changes.join(', ')}`
}
