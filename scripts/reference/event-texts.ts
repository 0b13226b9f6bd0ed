// What each event of a run means, and each of its fields. The types make sure that none is missing.
import type { RunEvent } from '../../src/engine/event.ts'

type EventOf<Type> = Extract<RunEvent, { type: Type }>
type FieldOf<Event> = Event extends unknown ? Exclude<keyof Event, 'type' | 'seq' | 'at' | 'auto'> : never
type EventText<Type> = { text: string; fields: Record<FieldOf<EventOf<Type>> & string, string> }

const PATH = 'The path of the node in the run.'
const ATTEMPT = 'The attempt, from 1.'
const ERROR = 'The error: `code`, `message`, and whether it is `retryable`.'
const BY = 'Who asked for it.'
const onNode = { path: PATH, attempt: ATTEMPT }

export const EVENT_TEXTS: { [Type in RunEvent['type']]: EventText<Type> } = {
  'run.queued': {
    text: 'The run waits for a slot of its workflow, or for its start time.',
    fields: { reason: 'What it waits for.' },
  },
  'run.adopted': {
    text: 'The run takes over outcomes of an earlier run.',
    fields: { outcomes: 'The nodes that are kept.' },
  },
  'run.started': {
    text: 'The run begins.',
    fields: {
      runId: 'The id of the run.',
      keyRoot: 'The run that idempotency keys are made from: a retry uses those of the first run.',
      mode: '`start`, `retry`, `rerun` or `compensate`.',
      parentRunId: 'The run that this one came from.',
      entry: 'The node that starts, where one was named.',
      generations: 'How often the effect of a node was undone, by node.',
      error: 'Why it cannot begin.',
      detail: 'What started it.',
    },
  },
  'run.paused': { text: 'Nothing new starts.', fields: { by: BY } },
  'run.resumed': { text: 'The run goes on.', fields: { by: BY } },
  'run.yielded': { text: 'The run only waits, and gives its slot to others.', fields: {} },
  'run.admitted': { text: 'The run has a slot again.', fields: {} },
  'run.cancel_requested': {
    text: 'Somebody cancels the run.',
    fields: { by: BY, reason: 'The reason that was given.' },
  },
  'run.collected': {
    text: 'The output of the run is evaluated.',
    fields: { output: 'Where the output is kept.', error: ERROR },
  },
  'node.expanded': {
    text: 'A group opens, or an `each` has its items.',
    fields: { ...onNode, count: 'The number of items.' },
  },
  'node.succeeded': {
    text: 'The node is done.',
    fields: {
      ...onNode,
      port: 'The port that it leaves by.',
      output: 'The output. A large one is left out, and `outputBytes` says how large it is.',
      signal: 'The event that it waited for.',
      detail: 'What else is known of the outcome.',
    },
  },
  'node.failed': {
    text: 'An attempt failed.',
    fields: { ...onNode, error: ERROR, givenUp: 'No policy tries again.' },
  },
  'node.declined': { text: '`when` was not true.', fields: onNode },
  'node.waiting': { text: 'The node waits.', fields: { ...onNode, wait: 'For what, and until when.' } },
  'node.progress': { text: 'The node tells how far it is.', fields: { ...onNode, data: 'What it tells.' } },
  'node.crashed': {
    text: 'The attempt was lost in a crash. It does not count as a failure.',
    fields: onNode,
  },
  'node.deferred': {
    text: 'A part of the service did not answer. The attempt does not count.',
    fields: { ...onNode, delayMs: 'When it is made again.', reason: 'What did not answer.' },
  },
  'node.resolved': {
    text: 'A person settled a node whose outcome was unknown.',
    fields: {
      ...onNode,
      outcome: '`succeeded`, `failed` or `retry`.',
      port: 'The port that it leaves by.',
      output: 'The output that was given.',
      error: ERROR,
      by: BY,
    },
  },
  'items.settled': {
    text: 'Items of an `each` that only computes are done.',
    fields: {
      ...onNode,
      from: 'The first item.',
      count: 'How many.',
      failed: 'Those that failed.',
      outputs: 'Their outputs.',
    },
  },
  'timer.fired': { text: 'A timer is due.', fields: { key: 'Which one.' } },
  'signal.received': {
    text: 'A signal or an event came for the run.',
    fields: { name: 'Its name.', id: 'Its id.', data: 'Its data.' },
  },
  log: {
    text: 'A message of a node.',
    fields: { level: '`info`, `warn` or `error`.', message: 'The message.', path: PATH },
  },
  'node.started': { text: 'An attempt begins.', fields: onNode },
  'node.skipped': {
    text: 'The node does not run: no way leads to it any more, or `when` was not true.',
    fields: { path: PATH },
  },
  'node.cancelled': { text: 'The node was stopped.', fields: { path: PATH } },
  'node.retrying': {
    text: 'The node will be tried again.',
    fields: { ...onNode, reason: '`failed`, `crashed`, `deferred` or `resolved`.', nextAt: 'When.' },
  },
  'node.unknown': {
    text: 'An `at-most-once` effect may have happened. A person has to decide.',
    fields: { path: PATH },
  },
  'node.settled': {
    text: 'An outcome that follows from others: a group, an `each`, or a wait that came due. Clients see it as `node.succeeded` or `node.failed`.',
    fields: {
      path: PATH,
      status: '`succeeded` or `failed`.',
      port: 'The port that it leaves by.',
      output: 'The output.',
      error: ERROR,
      adopted: 'The outcome was taken over from an earlier run.',
    },
  },
  'node.late': {
    text: 'An outcome came after its attempt was over. It changes nothing.',
    fields: { ...onNode, outcome: 'The outcome.' },
  },
  'run.waiting': { text: 'Nothing works; the run waits.', fields: {} },
  'run.running': { text: 'Something works again.', fields: {} },
  'run.failing': { text: 'The run will fail once its nodes have stopped.', fields: { error: ERROR } },
  'run.undoing': {
    text: 'Effects are taken back, the last one first.',
    fields: { count: 'How many nodes are undone.' },
  },
  'run.succeeded': {
    text: 'The run is done. The event carries `output`, or `outputBytes` for a large one.',
    fields: {},
  },
  'run.failed': { text: 'The run has failed.', fields: { error: ERROR } },
  'run.cancelled': { text: 'The run was cancelled.', fields: {} },
}
