// Computes figures by route from the series of the metrics.
import type { RouteFigure } from '../../../db/platform-stats.ts'
import { DURATION_BOUNDS_S, DURATIONS, REQUESTS } from '../../../http/metrics.ts'
import type { SeriesGrowth } from '../../../objects/metrics-hub.ts'

const SERIES = /^([a-z_]+)\{method="([^"]*)",route="([^"]*)"(?:,(status|le)="([^"]*)")?\}$/
const BOUNDS = new Map(DURATION_BOUNDS_S.map((bound, i) => [String(bound), i]))

export function routeFigures(growth: readonly SeriesGrowth[]): RouteFigure[] {
  const routes = new Map<string, RouteFigure>()
  for (const [series, value] of growth) {
    const [, name, method = '', route = '', , label = ''] = SERIES.exec(series) ?? []
    if (name === undefined) continue
    const key = `${method} ${route}`
    const figure = routes.get(key) ?? newFigure(method, route)
    routes.set(key, figure)
    if (name === REQUESTS) {
      figure.requests += value
      if (label >= '500') figure.errors += value
    } else if (name === `${DURATIONS}_sum`) figure.seconds += value
    else if (name === `${DURATIONS}_bucket`) {
      const bound = BOUNDS.get(label)
      if (bound !== undefined) figure.within[bound] = (figure.within[bound] ?? 0) + value
    }
  }
  return [...routes.values()].filter(({ requests }) => requests > 0)
}

const newFigure = (method: string, route: string): RouteFigure => ({
  method,
  route,
  requests: 0,
  errors: 0,
  seconds: 0,
  within: DURATION_BOUNDS_S.map(() => 0),
})
