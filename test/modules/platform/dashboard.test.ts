// The dashboard in examples/grafana only uses what /metrics returns.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import dashboard from '../../../examples/grafana/orrery.json'
import { readSettings } from '../../../src/env.ts'
import { get } from '../../helpers/api.ts'

type Panel = { title: string; targets?: { expr: string }[] }

const expressions = (dashboard.panels as Panel[]).flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
)

type Series = { name: string; labels: Set<string> }

async function served(): Promise<{ types: Map<string, string>; series: Series[] }> {
  // A run that has ended, so that the metrics by kind exist.
  await env.DB.prepare(
    `INSERT OR IGNORE INTO platform_stats (size, metric, at, label, value)
     VALUES ('day', 'runsEnded', 0, 'workflow.succeeded', 1)`,
  ).run()
  await get('/health')
  const { text } = await get('/metrics', { token: readSettings(env).METRICS_TOKEN as string })
  return {
    types: new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    ),
    series: [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)].map(([, name = '', labels = '']) => ({
      name,
      labels: new Set([...labels.matchAll(/([a-z_]+)="/g)].map(([, label = '']) => label)),
    })),
  }
}

const namesIn = (expr: string): string[] => [...expr.matchAll(/orrery_[a-z_]+/g)].map(([name]) => name)

/** Labels that an expression filters or groups by. `le` belongs to histograms. */
const labelsIn = (expr: string): string[] => [
  ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((one) => one.trim()),
  ),
  ...[...expr.matchAll(/\{([a-z_]+)=/g)].map(([, label = '']) => label),
]

test('every metric and label of the dashboard is served', async () => {
  const { types, series } = await served()
  const missing = expressions.flatMap(({ title, expr }) =>
    namesIn(expr).flatMap((name) => {
      const found = series.filter((one) => one.name === name)
      const labels = labelsIn(expr).filter((label) => !found.some((one) => one.labels.has(label)))
      if (found.length === 0) return [`${title}: ${name}`]
      const family = name.replace(/_(bucket|sum|count)$/, '')
      if (!types.has(name) && types.get(family) !== 'histogram') return [`${title}: ${name} has no type`]
      return labels.map((label) => `${title}: ${name} has no ${label}`)
    }),
  )
  expect(expressions.length).toBeGreaterThan(15)
  expect(missing).toEqual([])
})

test('every metric is on the dashboard', async () => {
  const { types } = await served()
  const shown = new Set(expressions.flatMap(({ expr }) => namesIn(expr)))
  const left = [...types.keys()].filter((name) => ![...shown].some((one) => one.startsWith(name)))
  expect(left).toEqual([])
})

test('rates are only computed for counters', async () => {
  const { types } = await served()
  const wrong = expressions.flatMap(({ title, expr }) =>
    [...expr.matchAll(/(?:rate|increase)\((orrery_[a-z_]+)/g)].flatMap(([, name = '']) =>
      types.get(name) === 'gauge' ? [`${title}: ${name}`] : [],
    ),
  )
  expect(wrong).toEqual([])
})
