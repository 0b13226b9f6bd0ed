// The name and tone of each status. Amber is only for runs that wait for a person. A run that waits for a timer, a child, a retry or a
// slot continues automatically and is shown as sleeping. So the API's single status `waiting` is shown as two. So is `blocked` of tasks.

export type Tone = 'run' | 'wait' | 'good' | 'bad' | 'odd' | 'off'

export const STATUS_LABELS = {
  queued: 'Queued',
  provisioning: 'Provisioning',
  running: 'Running',
  waiting: 'Waiting',
  sleeping: 'Sleeping',
  paused: 'Paused',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  pending: 'Not yet',
  retrying: 'Retrying',
  skipped: 'Skipped',
  unknown: 'Unknown',
  draft: 'Draft',
  scheduled: 'Scheduled',
  blocked: 'Blocked',
  stuck: 'Blocked',
} as const

export type Shown = keyof typeof STATUS_LABELS

const TONES: Record<Shown, Tone> = {
  queued: 'off',
  provisioning: 'run',
  running: 'run',
  retrying: 'run',
  sleeping: 'run',
  waiting: 'wait',
  paused: 'wait',
  succeeded: 'good',
  failed: 'bad',
  unknown: 'odd',
  cancelled: 'off',
  pending: 'off',
  skipped: 'off',
  draft: 'off',
  scheduled: 'off',
  blocked: 'off',
  stuck: 'wait',
}

type TaskState = { status: string; reason: { code: string } | null }

const BY_ITSELF = new Set(['timer', 'child', 'retry', 'slot', 'start'])

/** `kinds` are the kinds of its waits. */
export function shownStatus(status: string, kinds: readonly string[] = []): Shown {
  if (status === 'waiting' && kinds.length > 0 && kinds.every((kind) => BY_ITSELF.has(kind)))
    return 'sleeping'
  return status in STATUS_LABELS ? (status as Shown) : 'unknown'
}

/** A task continues by itself, unless another task that it needs has failed. */
export const shownTaskStatus = ({ status, reason }: TaskState): Shown =>
  status === 'blocked' && reason?.code === 'dependency_failed'
    ? 'stuck'
    : shownStatus(status, reason === null ? [] : [reason.code])

export const toneOf = (status: string): Tone => TONES[status as Shown] ?? 'off'

export const statusLabel = (status: string): string => STATUS_LABELS[status as Shown] ?? status
