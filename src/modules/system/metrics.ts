// Prometheus text: the hub's counters, and gauges read from D1 when somebody asks.
import type { RequestContext } from '../../context.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { reportMetrics } from '../../http/metrics.ts'
import { metricsHub } from '../../objects/metrics-hub.ts'
import { inOrder } from './exposition.ts'
import { findGauges, RECENT_MS } from './gauge-repo.ts'

const COUNTERS: [name: string, type: string, help: string][] = [
  ['orrery_http_requests_total', 'counter', 'Requests by method, route and status.'],
  ['orrery_http_request_duration_seconds', 'histogram', 'How long answers took, by method and route.'],
]

export async function renderMetrics(request: RequestContext): Promise<string> {
  await reportMetrics(request.env)
  const [series, gauges] = await Promise.all([
    metricsHub(request.env.METRICS_HUB).read(),
    findGauges(request.env.DB, request.now()),
  ])
  const ordered = inOrder(series)
  const lines: string[] = []
  for (const [name, type, help] of COUNTERS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labelled, value] of ordered) if (labelled.startsWith(name)) lines.push(`${labelled} ${value}`)
  }
  for (const { name, help, values } of gaugesOf(gauges)) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`)
    for (const [labels, value] of values) lines.push(`${name}${labels} ${value}`)
  }
  return `${lines.join('\n')}\n`
}

type Gauge = { name: string; help: string; values: [labels: string, value: number][] }

const OPEN = ['queued', 'running', 'waiting', 'paused']
const ENDED = ['succeeded', 'failed', 'cancelled']

function gaugesOf({ open, ended, single, outbox }: Awaited<ReturnType<typeof findGauges>>): Gauge[] {
  const by = (label: string, names: string[], count: (name: string) => number): Gauge['values'] =>
    names.map((name) => [`{${label}="${name}"}`, count(name)])
  return [
    {
      name: 'orrery_runs',
      help: 'Runs that have not ended, by status.',
      values: by('status', OPEN, open),
    },
    {
      name: 'orrery_runs_ended_recently',
      help: `Runs that ended in the last ${RECENT_MS / MINUTE_MS} minutes, by status.`,
      values: by('status', ENDED, ended),
    },
    {
      name: 'orrery_runs_in_line',
      help: 'Queued runs that wait for a slot of their team.',
      values: [['', single.inLine]],
    },
    {
      name: 'orrery_runs_stuck',
      help: 'Runs whose object does not answer.',
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
      help: 'Outbox messages whose time has come and that no consumer has taken.',
      values: [['', single.due]],
    },
    {
      name: 'orrery_queue_delay_seconds',
      help: 'For how long the oldest of them has been due.',
      values: [['', single.delayMs / SECOND_MS]],
    },
    {
      name: 'orrery_outbox_messages',
      help: 'Messages that are not done, by status.',
      values: by('status', ['pending', 'dead'], outbox),
    },
  ]
}
