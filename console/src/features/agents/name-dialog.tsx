import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { newIdempotencyKey } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { toAgent } from '../shell/index.ts'
import { type Agent, useCloneAgent, useSaveTemplate } from './queries.ts'

const Dialog = lazy(() => import('../../ui/kit/dialog.tsx').then((parts) => ({ default: parts.Dialog })))

type Props = { agent: Agent; what: 'clone' | 'template'; onClose: () => void }

/** Asks for the name of a copy or a template. */
export function NameDialog({ agent, what, onClose }: Props) {
  const isClone = what === 'clone'
  const [name, setName] = useState(isClone ? `${agent.name.slice(0, 190)} (copy)` : agent.name)
  const [description, setDescription] = useState(agent.description)
  const [key] = useState(newIdempotencyKey)
  const clone = useCloneAgent(agent)
  const save = useSaveTemplate()
  const go = useNavigate()
  const error = clone.error ?? save.error
  const problem = error === null ? null : asProblem(error)
  async function submit() {
    if (isClone) {
      const made = await clone.mutateAsync({ name: name.trim(), key }).catch(() => null)
      if (made === null) return
      onClose()
      await go(toAgent(made.id, { tab: 'config' }))
      return
    }
    const body = { agentId: agent.id, name: name.trim(), description: description.trim() }
    const made = await save.mutateAsync({ body, key }).catch(() => null)
    if (made === null) return
    onClose()
    showToast(`The template ${made.name} was saved.`)
  }
  return (
    <Suspense>
      <Dialog
        title={isClone ? `Copy ${agent.name}` : `Save ${agent.name} as a template`}
        about={
          isClone
            ? 'The copy has the same instructions, tools and limits, and can be changed.'
            : 'The team can create agents from it. It keeps the settings that the agent has now.'
        }
        onClose={onClose}
        onSubmit={() => void submit()}
        actions={
          <>
            <Button onClick={onClose}>Leave it</Button>
            <Button type="submit" look="primary" busy={clone.isPending || save.isPending}>
              {isClone ? 'Copy' : 'Save'}
            </Button>
          </>
        }
      >
        <TextField
          label="Name"
          value={name}
          required
          maxLength={200}
          error={problem?.of('name')}
          onChange={(event) => setName(event.target.value)}
        />
        {!isClone && (
          <TextField
            label="Description (optional)"
            value={description}
            maxLength={2_000}
            error={problem?.of('description')}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
        {problem && problem.errors.length === 0 && <ProblemNote problem={problem} />}
      </Dialog>
    </Suspense>
  )
}
