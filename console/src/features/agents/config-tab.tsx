import type { Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote } from '../../ui/form/draft-note.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import styles from './agent.module.css'
import { AgentFacts } from './agent-facts.tsx'
import { AgentFormFields } from './form/agent-form.tsx'
import { type AgentForm, bodyOf, formOf } from './model/form.ts'
import { type Agent, useUpdateAgent } from './queries.ts'
import { StaleNote } from './stale-note.tsx'

/** What it does. Those who may change it get a form, others read it. */
export function ConfigTab({ agent, mayWrite }: { agent: Agent; mayWrite: boolean }) {
  return (
    <div className={styles.page}>{mayWrite ? <EditAgent agent={agent} /> : <AgentFacts agent={agent} />}</div>
  )
}

type Typed = { form: AgentForm; version: number }

function EditAgent({ agent }: { agent: Agent }) {
  // A draft keeps the version that it began with, so it does not silently undo what others have changed since.
  const draft = useDraft<Typed>(`agent.${agent.id}`, () => ({ form: formOf(agent), version: agent.version }))
  const { form, version } = draft.value
  const update = useUpdateAgent(agent.id)
  const problem = update.isError ? asProblem(update.error) : null
  const isStale = problem?.status === 412
  const isChanged = JSON.stringify(form) !== JSON.stringify(formOf(agent))
  async function save() {
    const body = bodyOf(form, agent.limits) as Schemas['UpdateAgent']
    const made = await update.mutateAsync({ body, etag: `"${version}"` }).catch(() => null)
    if (made === null) return
    draft.forget()
    draft.set({ form: formOf(made), version: made.version })
    draft.forget()
    showToast(made.version === version ? 'Nothing has changed.' : `Version ${made.version} was saved.`)
  }
  const discard = () => {
    update.reset()
    draft.discard()
  }
  return (
    <>
      <DraftNote draft={draft} />
      <AgentFormFields
        form={form}
        onChange={(next) => draft.set({ form: next, version })}
        problem={isStale ? null : problem}
        round={`${draft.round} ${version}`}
        onSubmit={() => void save()}
        buttons={
          <>
            {isStale && <StaleNote agentId={agent.id} onNewest={discard} />}
            <Button type="submit" look="primary" busy={update.isPending} disabled={!isChanged || isStale}>
              Save
            </Button>
            {isChanged && (
              <Button look="quiet" onClick={discard}>
                Discard the changes
              </Button>
            )}
          </>
        }
      />
    </>
  )
}
