// The form of a task's schedule, and the body for setting it.
import { localOf } from './form.ts'

export type Kind = 'at' | 'cron' | 'every'
export type ScheduleForm = {
  kind: Kind
  /** Local times, as fields have them; empty for none. */
  at: string
  cron: string
  timezone: string
  everyMinutes: string
  startAt: string
  endAt: string
  maxRuns: string
  missed: 'skip' | 'one' | 'all'
  overlap: 'skip' | 'queue' | 'parallel'
}

type Schedule = {
  at?: string
  cron?: string
  everyMs?: number
  timezone?: string
  startAt?: string
  endAt?: string
  maxRuns?: number
  missed?: 'skip' | 'one' | 'all'
  overlap?: 'skip' | 'queue' | 'parallel'
}

const MINUTE_MS = 60_000
const local = (iso: string | undefined): string => (iso === undefined ? '' : localOf(iso))

export const scheduleForm = (known: Schedule | null, timezone: string): ScheduleForm => ({
  kind: known?.at !== undefined ? 'at' : known?.everyMs !== undefined ? 'every' : 'cron',
  at: local(known?.at),
  cron: known?.cron ?? '',
  timezone: known?.timezone ?? timezone,
  everyMinutes: known?.everyMs === undefined ? '60' : String(known.everyMs / MINUTE_MS),
  startAt: local(known?.startAt),
  endAt: local(known?.endAt),
  maxRuns: known?.maxRuns === undefined ? '' : String(known.maxRuns),
  missed: known?.missed ?? 'one',
  overlap: known?.overlap ?? 'skip',
})

const iso = (text: string): string => new Date(text).toISOString()

export function scheduleBody(form: ScheduleForm): Schedule {
  if (form.kind === 'at') return { at: iso(form.at), missed: form.missed }
  const time =
    form.kind === 'cron'
      ? { cron: form.cron.trim(), timezone: form.timezone.trim() }
      : { everyMs: Math.round(Number(form.everyMinutes) * MINUTE_MS) }
  return {
    ...time,
    ...(form.startAt !== '' && { startAt: iso(form.startAt) }),
    ...(form.endAt !== '' && { endAt: iso(form.endAt) }),
    ...(form.maxRuns !== '' && { maxRuns: Number(form.maxRuns) }),
    missed: form.missed,
    overlap: form.overlap,
  }
}
