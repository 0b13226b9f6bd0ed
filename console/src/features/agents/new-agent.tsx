import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { useDraft } from '../../ui/form/draft.ts'
import { DraftNote } from '../../ui/form/draft-note.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { PageProblem, toAgent, toAgents, toNewAgent, useRights } from '../shell/index.ts'
import styles from './agent.module.css'
import { AgentFormFields } from './form/agent-form.tsx'
import { type AgentForm, bodyOf, EMPTY_FORM, formOf } from './model/form.ts'
import { useAgentTemplate, useBuiltInAgents, useCreateAgent } from './queries.ts'

export function NewAgent() {
  useTitle('New agent')
  const { type = 'custom', template } = useSearch({ from: '/shell/agents/new' })
  const types = useBuiltInAgents()
  const kept = useAgentTemplate(template)
  const { mayRun } = useRights()
  const failed = types.isError ? types : kept.isError ? kept : null
  if (failed !== null)
    return <PageProblem problem={asProblem(failed.error)} onRetry={() => void failed.refetch()} />
  if (!types.data || (template !== undefined && !kept.data)) return <Skeleton />
  const builtIn = types.data.find(({ id }) => id === type)
  const start: AgentForm = kept.data
    ? formOf({ ...kept.data.agent, name: kept.data.name, description: kept.data.description })
    : builtIn
      ? { ...formOf(builtIn), name: '', description: '' }
      : EMPTY_FORM
  return (
    <>
      <Head title="New agent" />
      <div className={styles.page}>
        {template === undefined && (
          <div className={styles.starts} role="toolbar" aria-label="Start from">
            <span className="dim">Start from</span>
            {[{ id: 'custom', name: 'Nothing' }, ...types.data].map((one) => (
              <Link key={one.id} {...toNewAgent(one.id === 'custom' ? {} : { type: one.id })} replace>
                <Chip pressed={one.id === type} onClick={() => undefined}>
                  {one.name}
                </Chip>
              </Link>
            ))}
          </div>
        )}
        {mayRun ? (
          <Create key={template ?? type} draftKey={template ?? type} start={start} />
        ) : (
          <p>Only members of the team can create agents.</p>
        )}
      </div>
    </>
  )
}

function Create({ draftKey, start }: { draftKey: string; start: AgentForm }) {
  const draft = useDraft(`agent.new.${draftKey}`, () => start)
  const [key, setKey] = useState(newIdempotencyKey)
  const create = useCreateAgent()
  const go = useNavigate()
  async function save() {
    const body = bodyOf(draft.value) as Schemas['CreateAgent']
    const made = await create.mutateAsync({ body, key }).catch(() => null)
    if (made === null) return
    draft.forget()
    await go(toAgent(made.id))
  }
  return (
    <>
      <DraftNote draft={draft} />
      <AgentFormFields
        form={draft.value}
        onChange={(form) => {
          draft.set(form)
          setKey(newIdempotencyKey())
        }}
        problem={create.isError ? asProblem(create.error) : null}
        round={String(draft.round)}
        onSubmit={() => void save()}
        buttons={
          <>
            <Button type="submit" look="primary" busy={create.isPending}>
              Create
            </Button>
            <Link {...toAgents()} className={buttonClass({ look: 'quiet' })} onClick={draft.forget}>
              Leave it
            </Link>
          </>
        }
      />
    </>
  )
}
