import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { SelectField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { statusLabel } from '../../ui/status.ts'
import { PersonField, PersonTag } from '../people/index.ts'
import { useRights } from '../shell/index.ts'
import { AgentTag } from './assignee.tsx'
import { TasksFrame } from './frame.tsx'
import { useAgentNames } from './queries.ts'
import styles from './tasks.module.css'

type Limit = Schemas['TaskLimits']['limits'][number]
const KEY = ['task-limits']

/** How many tasks may be active at the same time. */
export function Limits() {
  useTitle('Limits of tasks')
  const { mayRun } = useRights()
  const cache = useQueryClient()
  const found = useQuery({ queryKey: KEY, queryFn: () => call('GET /tasks/limits') })
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: (limits: Limit[]) => call('PUT /tasks/limits', { body: { limits } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: KEY }),
  })
  const limits = found.data?.limits ?? []
  const others = (one: Limit) =>
    limits.filter(({ kind, subject }) => kind !== one.kind || subject !== one.subject)
  return (
    <TasksFrame>
      <div className={styles.page}>
        <p className="dim">
          A task above a limit waits in the queue, and says so. The plan of the team also limits how many runs
          are active.
        </p>
        {found.isError ? (
          <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />
        ) : found.isPending ? (
          <Skeleton rows={3} />
        ) : limits.length === 0 ? (
          <p className="faint">There is no limit.</p>
        ) : (
          <ul className={styles.results} aria-label="Limits">
            {limits.map((one) => (
              <li key={`${one.kind} ${one.subject}`}>
                <span>
                  At most <b className="num">{count(one.most)}</b> <Subject limit={one} />
                </span>
                {mayRun && (
                  <Button
                    size="small"
                    look="quiet"
                    icon="close"
                    disabled={save.isPending}
                    onClick={() => save.mutate(others(one))}
                  >
                    Remove
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
        {save.isError && <ProblemNote problem={asProblem(save.error)} />}
        {mayRun && found.data && (
          <NewLimit busy={save.isPending} onAdd={(one) => save.mutateAsync([...others(one), one])} />
        )}
      </div>
    </TasksFrame>
  )
}

function Subject({ limit: { kind, subject } }: { limit: Limit }) {
  if (kind === 'status') return <>tasks with the status {statusLabel(subject)}</>
  return (
    <>active tasks of {subject.startsWith('agt_') ? <AgentTag id={subject} /> : <PersonTag id={subject} />}</>
  )
}

type NewProps = { busy: boolean; onAdd: (limit: Limit) => Promise<unknown> }

function NewLimit({ busy, onAdd }: NewProps) {
  const [kind, setKind] = useState<Limit['kind']>('status')
  const [subject, setSubject] = useState('running')
  const [most, setMost] = useState(10)
  const agents = useAgentNames().data ?? []
  async function add(event: FormEvent) {
    event.preventDefault()
    if (subject === '') return
    await onAdd({ kind, subject, most }).catch(() => null)
  }
  return (
    <form className={styles.form} onSubmit={(event) => void add(event)}>
      <SelectField
        label="Limit"
        value={kind}
        onChange={(event) => {
          setKind(event.target.value as Limit['kind'])
          setSubject(event.target.value === 'status' ? 'running' : '')
        }}
      >
        <option value="status">Tasks with a status</option>
        <option value="assignee">Active tasks of a person</option>
        <option value="agent">Active tasks of an agent</option>
      </SelectField>
      {kind === 'status' && (
        <SelectField label="Status" value={subject} onChange={(event) => setSubject(event.target.value)}>
          {['running', 'waiting', 'paused'].map((one) => (
            <option key={one} value={one}>
              {statusLabel(one)}
            </option>
          ))}
        </SelectField>
      )}
      {kind === 'assignee' && (
        <PersonField
          label="Person"
          required
          value={subject === '' ? null : subject}
          onChange={(id) => setSubject(id ?? '')}
        />
      )}
      {kind === 'agent' && (
        <SelectField
          label="Agent"
          required
          value={subject}
          onChange={(event) => setSubject(event.target.value)}
        >
          <option value="">Choose…</option>
          {agents.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <TextField
        label="At most"
        type="number"
        min={0}
        max={100_000}
        required
        value={most}
        onChange={(event) => setMost(event.target.valueAsNumber || 0)}
      />
      <div>
        <Button type="submit" icon="plus" busy={busy}>
          Set the limit
        </Button>
      </div>
    </form>
  )
}
