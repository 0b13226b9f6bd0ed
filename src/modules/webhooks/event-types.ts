// The events that webhooks can receive: what GET /events/types lists as `out`, and what a test sends.
import { toIso } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import { PUBLISHED_CHANGES } from '../../db/publish.ts'
import type { RunChanged } from '../../objects/team-events.ts'
import { TASK_EVENT_TYPES, type TaskEventType } from '../../objects/team-events.ts'
import type { PublicEvent } from './payload.ts'
import { eventsOfRunChange, type RunThen } from './run-events.ts'
import { schemaOf } from './schema/event.ts'

export type OutEventType = {
  name: string
  description: string
  /** A JSON Schema of the event. */
  schema: Record<string, Json>
  example: PublicEvent
}

type Named = Omit<OutEventType, 'schema'>

const AT = Date.UTC(2026, 0, 31, 12)
const TEAM = 'team_01hzzzzzzzzzzzzzzzzzzzzzzz'

const RUN: RunThen = {
  status: 'running',
  progress: 0,
  title: 'Order 1042',
  trigger: 'webhook',
  error: null,
  workflowId: 'wf_01hzzzzzzzzzzzzzzzzzzzzzzz',
  workflowName: 'Order triage',
  createdAt: AT,
  startedAt: AT,
  finishedAt: null,
  cancelledBy: null,
  waitingFor: [],
}

/** Built by the same code as real events. */
function example(oldStatus: string | null, changes: Partial<RunThen>, data?: Json): RunChanged {
  const change = { teamId: TEAM, runId: 'run_01hzzzzzzzzzzzzzzzzzzzzzzz', oldStatus, at: AT }
  const event = eventsOfRunChange({ ...change, run: { ...RUN, ...changes } }).at(-1)
  if (event === undefined) throw new Error('An example without an event')
  return data === undefined ? event : { ...event, data }
}

const ENDED = { progress: 100, finishedAt: AT + 41 }
const WAIT = {
  path: 'ask',
  kind: 'approval',
  name: 'apr_01hzzzzzzzzzzzzzzzzzzzzzzz',
  since: null,
  until: null,
}

const WORDS = { created: 'was created', updated: 'was changed', deleted: 'was deleted' }

const CHANGES = PUBLISHED_CHANGES.map((name): Named => {
  const [thing = '', how = 'updated'] = name.split('.')
  const at = toIso(AT)
  const actor = { kind: 'user' as const, userId: 'usr_01hzzzzzzzzzzzzzzzzzzzzzzz', keyId: null }
  return {
    name,
    description: `An object of the type ${thing} ${WORDS[how as keyof typeof WORDS]}. Get it by its id to see its current state.`,
    example: { type: name, at, teamId: TEAM, actor, data: { id: `${thing}_id`, name: 'Order triage' } },
  }
})

const TASK_WORDS: Record<TaskEventType, string> = {
  'task.started': 'Work on a task has started.',
  'task.progress': 'The progress of a task has changed.',
  'task.completed': 'A task has succeeded.',
  'task.failed': 'A task has failed.',
  'task.blocked': 'A task waits for other tasks.',
  'task.overdue': 'A task is past its due time. Sent once.',
}

const TASKS = TASK_EVENT_TYPES.map(
  (name): Named => ({
    name,
    description: TASK_WORDS[name],
    example: {
      type: name,
      at: toIso(AT),
      teamId: TEAM,
      data: {
        id: 'tsk_01hzzzzzzzzzzzzzzzzzzzzzzz',
        name: 'Call the supplier',
        status: name === 'task.completed' ? 'succeeded' : 'running',
        progress: name === 'task.completed' ? 100 : 40,
        parentId: null,
        runId: 'run_01hzzzzzzzzzzzzzzzzzzzzzzz',
        reason: null,
        error: null,
        dueAt: null,
      },
    },
  }),
)

const TYPES: readonly Named[] = [
  {
    name: 'run.queued',
    description: 'A run is waiting to start.',
    example: example(null, { status: 'queued', startedAt: null }),
  },
  { name: 'run.started', description: 'A run has started.', example: example('queued', {}) },
  {
    name: 'run.waiting',
    description: 'A run has no active nodes and is waiting.',
    example: example('running', { status: 'waiting', progress: 50, waitingFor: [WAIT] }),
  },
  {
    name: 'run.running',
    description: 'A run has active nodes again.',
    example: example('waiting', { progress: 50 }),
  },
  {
    name: 'run.paused',
    description: 'A run was paused and starts no new nodes.',
    example: example('running', { status: 'paused', progress: 50 }),
  },
  { name: 'run.resumed', description: 'A run was resumed.', example: example('paused', { progress: 50 }) },
  {
    name: 'run.succeeded',
    description: 'A run has succeeded. An output larger than 16 KB is left out.',
    example: example('running', { status: 'succeeded', ...ENDED }, { output: { orderId: 1042 } }),
  },
  {
    name: 'run.failed',
    description: 'A run has failed.',
    example: example('running', {
      status: 'failed',
      ...ENDED,
      error: { code: 'http.status', message: 'The server answered 500' },
    }),
  },
  {
    name: 'run.cancelled',
    description: 'A run was cancelled.',
    example: example('running', {
      status: 'cancelled',
      ...ENDED,
      cancelledBy: 'usr_01hzzzzzzzzzzzzzzzzzzzzzzz',
    }),
  },
]

export const OUT_EVENT_TYPES: readonly OutEventType[] = [...TYPES, ...TASKS, ...CHANGES].map((type) => ({
  ...type,
  schema: schemaOf(type.name),
}))

const TEST: PublicEvent = {
  type: 'webhook.test',
  at: '2026-01-31T12:00:00.000Z',
  teamId: TEAM,
  data: { message: 'This is a test. Nothing has happened.' },
}

/** Null for unknown events. */
export const exampleOf = (type: string): PublicEvent | null =>
  type === TEST.type ? TEST : (OUT_EVENT_TYPES.find(({ name }) => name === type)?.example ?? null)
