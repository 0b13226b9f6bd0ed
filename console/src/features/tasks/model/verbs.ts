// What can be done with a task of a status. The server decides; this only hides what it would refuse.
import type { Status } from './filter.ts'

/** Like `ALLOWED` in `src/modules/tasks/pure/status.ts`; `test/core/console/tasks.test.ts` compares them. */
export const ALLOWED = {
  execute: ['draft', 'blocked', 'scheduled'],
  cancel: ['draft', 'blocked', 'scheduled', 'queued', 'running', 'waiting', 'paused'],
  pause: ['queued', 'running', 'waiting'],
  resume: ['paused'],
  retry: ['succeeded', 'failed', 'cancelled', 'skipped'],
} as const satisfies Record<string, readonly Status[]>
export type Verb = keyof typeof ALLOWED

export const allows = (status: Status, verb: Verb): boolean =>
  (ALLOWED[verb] as readonly Status[]).includes(status)

export const hasEnded = (status: Status): boolean => (ALLOWED.retry as readonly Status[]).includes(status)

export const isAtWork = (status: Status): boolean => ['running', 'waiting', 'paused'].includes(status)

export const VERB_NAMES: Record<Verb, string> = {
  execute: 'Execute',
  cancel: 'Cancel',
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry',
}
