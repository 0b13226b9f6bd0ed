import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { newIdempotencyKey } from '../../../api/client.ts'
import { asProblem } from '../../../api/problem.ts'
import { plural } from '../../../ui/format/time.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { TextAreaField, TextField } from '../../../ui/kit/field.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { showToast } from '../../../ui/kit/toast.tsx'
import { toPage } from '../../shell/index.ts'
import { treeOf } from '../model/template.ts'
import type { Task } from '../queries.ts'
import { readTree, useKeepTemplate } from './queries.ts'

/** Keeps a task with its parts, their inputs and the order between them. */
export function KeepDialog({ task, onClose }: { task: Task; onClose: () => void }) {
  const [name, setName] = useState(task.title.slice(0, 200))
  const [description, setDescription] = useState(task.description)
  const [key] = useState(newIdempotencyKey)
  const keep = useKeepTemplate()
  const go = useNavigate()
  const found = useQuery({ queryKey: ['task', task.id, 'tree'], queryFn: () => readTree(task.id) })
  const tree = found.data && treeOf(found.data.tasks)
  async function save() {
    if (!tree) return
    const body = { name: name.trim(), description, task: tree }
    if ((await keep.mutateAsync({ body, key }).catch(() => null)) === null) return
    showToast(`The template ${name.trim()} was created.`)
    await go(toPage('/tasks/templates', { source: 'team' }))
  }
  return (
    <Dialog
      title="Keep as a template"
      about="Without its assignees, dates, schedule and results."
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" disabled={!tree} busy={keep.isPending}>
            Keep it
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextAreaField
        label="Description (optional)"
        maxLength={10_000}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      {found.isError ? (
        <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
      ) : found.data === undefined ? (
        <Skeleton rows={1} />
      ) : found.data.isTooLarge ? (
        <p role="alert">It has more than 100 parts. Create the template over the API.</p>
      ) : (
        <p className="dim">{plural(found.data.tasks.length, 'task')} in all.</p>
      )}
      {keep.isError && <ProblemNote problem={asProblem(keep.error)} />}
    </Dialog>
  )
}
