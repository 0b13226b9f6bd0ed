// Prometheus text: the hub's counters, and gauges read from D1 when somebody asks.
import type { RequestContext } from '../../context.ts'
import { reportMetrics } from '../../http/metrics.ts'
import { metricsHub } from '../../objects/metrics-hub.ts'
import { inOrder } from './exposition.ts'
import { countOutbox } from './repo.ts'

const COUNTERS: [name: string, type: string, help: string][] = [
  ['orrery_http_requests_total', 'counter', 'Requests by method, route and status.'],
  ['orrery_http_request_duration_seconds', 'histogram', 'How long answers took, by method and route.'],
]

export async function renderMetrics(request: RequestContext): Promise<string> {
  await reportMetrics(request.env)
  const [series, outbox] = await Promise.all([
    metricsHub(request.env.METRICS_HUB).read(),
    countOutbox(request.env.DB),
  ])
  const ordered = inOrder(series)
  const lines: string[] = []
  for (const [name, type, help] of COUNTERS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labelled, value] of ordered) if (labelled.startsWith(name)) lines.push(`${labelled} ${value}`)
  }
  lines.push(
    '# HELP orrery_outbox_messages Messages that are not done, by status.',
    '# TYPE orrery_outbox_messages gauge',
  )
  for (const status of ['pending', 'dead'] as const)
    lines.push(`orrery_outbox_messages{status="${status}"} ${outbox[status] ?? 0}`)
  return `${lines.join('\n')}\n`
}
