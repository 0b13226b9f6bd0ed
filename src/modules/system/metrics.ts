// Prometheus text: the hub's counters, and gauges read from D1 at each request.
import type { RequestContext } from '../../context.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { toUsd } from '../../core/money.ts'
import { type Figure, totalsOf } from '../../db/platform-stats.ts'
import { ENDED_STATUSES } from '../../engine/model/state.ts'
import { reportMetrics } from '../../http/metrics.ts'
import { metricsHub } from '../../objects/metrics-hub.ts'
import { inOrder } from './exposition.ts'
import { findGauges, RECENT_MS } from './gauge-repo.ts'

const COUNTERS: [name: string, type: string, help: string][] = [
  ['orrery_http_requests_total', 'counter', 'Requests by method, route and status.'],
  ['orrery_http_request_duration_seconds', 'histogram', 'Response times, by method and route.'],
]

export async function renderMetrics(request: RequestContext): Promise<string> {
  await reportMetrics(request.env)
  const now = request.now()
  const [series, gauges, totals] = await Promise.all([
    metricsHub(request.env.METRICS_HUB).read(),
    findGauges(request.env.DB, now),
    totalsOf(request.env.DB, ROLLED_UP),
  ])
  const ordered = inOrder(series)
  const lines: string[] = []
  for (const [name, type, help] of COUNTERS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labelled, value] of ordered) if (labelled.startsWith(name)) lines.push(`${labelled} ${value}`)
  }
  const others = [
    ...gaugesOf(gauges, now).map((one) => ({ ...one, type: 'gauge' })),
    ...countersOf(totals).map((one) => ({ ...one, type: 'counter' })),
  ]
  for (const { name, help, type, values } of others) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of values) lines.push(`${name}${labels} ${value}`)
  }
  return `${lines.join('\n')}\n`
}

type Series = { name: string; help: string; values: [labels: string, value: number][] }

const OPEN = ['queued', 'running', 'waiting', 'paused']

const by = (label: string, names: readonly string[], count: (name: string) => number): Series['values'] =>
  names.map((name) => [`{${label}="${name}"}`, count(name)])

const CONNECTIONS = ['socket', 'stream', 'run']

/** A tick is due every minute. */
const lagOf = (tickAt: number | null, now: number): number =>
  tickAt === null ? 0 : Math.max(0, now - tickAt - MINUTE_MS) / SECOND_MS

type Gauges = Awaited<ReturnType<typeof findGauges>>

function gaugesOf(
  { open, ended, single, outbox, connections, databaseBytes }: Gauges,
  now: number,
): Series[] {
  return [
    {
      name: 'orrery_runs',
      help: 'Runs that have not ended, by status.',
      values: by('status', OPEN, open),
    },
    {
      name: 'orrery_runs_ended_recently',
      help: `Runs that ended in the last ${RECENT_MS / MINUTE_MS} minutes, by status.`,
      values: by('status', ENDED_STATUSES, ended),
    },
    {
      name: 'orrery_runs_in_line',
      help: 'Queued runs that wait for a slot of their team.',
      values: [['', single.inLine]],
    },
    {
      name: 'orrery_runs_stuck',
      help: 'Runs whose object does not respond.',
      values: [['', single.stuck]],
    },
    {
      name: 'orrery_waits',
      help: 'Open waits of runs, by what they wait for.',
      values: [
        ['{for="approval"}', single.approvals],
        ['{for="event"}', single.events],
      ],
    },
    {
      name: 'orrery_queue_due_messages',
      help: 'Outbox messages that are due and not being processed.',
      values: [['', single.due]],
    },
    {
      name: 'orrery_queue_delay_seconds',
      help: 'How long the oldest message has been due.',
      values: [['', single.delayMs / SECOND_MS]],
    },
    {
      name: 'orrery_outbox_messages',
      help: 'Messages that are not done, by status.',
      values: by('status', ['pending', 'dead'], outbox),
    },
    {
      name: 'orrery_webhook_deliveries_due',
      help: 'Webhook deliveries that are due.',
      values: [['', single.webhooksDue]],
    },
    {
      name: 'orrery_connections',
      help: 'Open sockets and streams; the kind run is for single runs.',
      values: by('kind', CONNECTIONS, connections),
    },
    {
      name: 'orrery_cron_lag_seconds',
      help: 'How late the minutely tick is.',
      values: [['', lagOf(single.tickAt, now)]],
    },
    {
      name: 'orrery_database_bytes',
      help: 'The size of the database; 0 if unknown.',
      values: [['', databaseBytes]],
    },
  ]
}

const ROLLED_UP = [
  'runsEnded',
  'webhookAttempts',
  'mails',
  'modelCostMicroUsd',
  'modelInputTokens',
  'modelOutputTokens',
]

/** Sums of the rolled-up figures. Those of runs, mails and models grow every five minutes. */
function countersOf(totals: readonly Figure[]): Series[] {
  const of = (metric: string, label = ''): number =>
    totals.find((one) => one.metric === metric && one.label === label)?.value ?? 0
  return [
    {
      name: 'orrery_runs_ended_total',
      help: 'Runs that have ended, by kind and status.',
      values: totals.flatMap(({ metric, label, value }): Series['values'] => {
        const [kind, status] = label.split('.')
        return metric === 'runsEnded' ? [[`{kind="${kind}",status="${status}"}`, value]] : []
      }),
    },
    {
      name: 'orrery_webhook_attempts_total',
      help: 'Attempts to deliver webhooks and callbacks, by outcome.',
      values: by('outcome', ['succeeded', 'failed'], (outcome) => of('webhookAttempts', outcome)),
    },
    { name: 'orrery_mails_total', help: 'Sent mails.', values: [['', of('mails')]] },
    {
      name: 'orrery_model_cost_usd_total',
      help: 'Model costs of ended runs in US dollars.',
      values: [['', toUsd(of('modelCostMicroUsd'))]],
    },
    {
      name: 'orrery_model_tokens_total',
      help: 'Model tokens of ended runs.',
      values: [
        ['{direction="input"}', of('modelInputTokens')],
        ['{direction="output"}', of('modelOutputTokens')],
      ],
    },
  ]
}
