// What an administrator has to look at, from the figures of the installation.

type Queues = {
  messages: readonly { type: string; due: number; dead: number; delaySeconds: number }[]
  webhooks: { due: number; delaySeconds: number }
  runs: { inLine: number; stuck: number }
  cron: { lagSeconds: number | null; tasks: readonly { error: string | null }[] }
}

export type Check = { text: string; tone: 'bad' | 'wait'; to: string }

/** Something is late if it has been due for longer. The tick comes every minute. */
const LATE_SECONDS = 180
/** Entries are sealed within minutes. */
const MOST_UNSEALED = 10_000

const some = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

export function checksOf({ messages, webhooks, runs, cron }: Queues, unsealed: number): Check[] {
  const dead = messages.reduce((sum, one) => sum + one.dead, 0)
  const delay = Math.max(0, ...messages.map((one) => one.delaySeconds))
  const failed = cron.tasks.filter(({ error }) => error !== null).length
  const checks: (Check | false)[] = [
    cron.lagSeconds === null || cron.lagSeconds > LATE_SECONDS
      ? {
          text:
            cron.lagSeconds === null
              ? 'The tick has not run yet'
              : `The tick is ${some(Math.round(cron.lagSeconds / 60), 'minute')} late`,
          tone: 'bad',
          to: '/admin',
        }
      : false,
    failed > 0 && {
      text: `${some(failed, 'task')} of the last tick ${failed === 1 ? 'has' : 'have'} failed`,
      tone: 'bad',
      to: '/admin',
    },
    runs.stuck > 0 && {
      text: `${some(runs.stuck, 'run does', 'runs do')} not respond`,
      tone: 'bad',
      to: '/admin/runs',
    },
    dead > 0 && {
      text: `${some(dead, 'message is', 'messages are')} dead`,
      tone: 'bad',
      to: '/admin/queues',
    },
    delay > LATE_SECONDS && {
      text: `A message has been due for ${some(Math.round(delay / 60), 'minute')}`,
      tone: 'wait',
      to: '/admin/queues',
    },
    webhooks.delaySeconds > LATE_SECONDS && {
      text: `${some(webhooks.due, 'webhook is', 'webhooks are')} due for ${some(Math.round(webhooks.delaySeconds / 60), 'minute')}`,
      tone: 'wait',
      to: '/admin/queues',
    },
    unsealed > MOST_UNSEALED && {
      text: `${some(unsealed, 'entry', 'entries')} of the audit log ${unsealed === 1 ? 'is' : 'are'} not sealed`,
      tone: 'wait',
      to: '/admin/audit',
    },
  ]
  return checks.filter((one): one is Check => one !== false)
}

type Stats = {
  from: string
  to: string
  bucket: 'hour' | 'day'
  series: readonly { at: string; runsEnded: { succeeded: number; failed: number; cancelled: number } }[]
}

const STEP_MS = { hour: 3_600_000, day: 86_400_000 }

/** One column for each bucket, also for those without data. Days are in UTC, hours in the zone of the browser. */
export function runColumns({
  from,
  to,
  bucket,
  series,
}: Stats): { id: string; name: string; values: number[] }[] {
  const step = STEP_MS[bucket]
  const found = new Map(series.map((one) => [Date.parse(one.at), one.runsEnded]))
  const first = Math.floor(Date.parse(from) / step) * step
  const count = Math.max(1, Math.ceil((Date.parse(to) - first) / step))
  return Array.from({ length: count }, (_, at) => {
    const start = first + at * step
    const { succeeded = 0, failed = 0, cancelled = 0 } = found.get(start) ?? {}
    return {
      id: String(start),
      name:
        bucket === 'hour'
          ? new Date(start).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
          : new Date(start).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' }),
      values: [succeeded, failed, cancelled],
    }
  })
}
