// Platform figures by hour and by day. Flows are added up; for a level, the last measured value is kept.
import { DAY_MS, HOUR_MS } from '../core/clock.ts'
import { type Statement, statement } from './statement.ts'

export const BUCKET_MS = { hour: HOUR_MS, day: DAY_MS } as const
export type BucketSize = keyof typeof BUCKET_MS

const SIZES = Object.keys(BUCKET_MS) as BucketSize[]

export const bucketOf = (size: BucketSize, at: number): number => at - (at % BUCKET_MS[size])

export type Figure = { metric: string; label: string; value: number }

const rowsOf = (figures: readonly Figure[], at: number): string =>
  JSON.stringify(
    figures.flatMap(({ metric, label, value }) =>
      SIZES.map((size) => [size, metric, bucketOf(size, at), label, value]),
    ),
  )

const INSERT = `INSERT INTO platform_stats (size, metric, at, label, value)
  SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4 FROM json_each(?1) j`

const ADD =
  'ON CONFLICT (size, metric, at, label) DO UPDATE SET value = platform_stats.value + excluded.value'

/** Counts the effect of a change, if the previous statement in the batch changed a row. */
export const countIfChanged = (metric: string, label: string, at: number): Statement =>
  statement(`${INSERT} WHERE changes() = 1 ${ADD}`, rowsOf([{ metric, label, value: 1 }], at))

/** True for only one of two roll-ups of the same slice. ?2 is the end of the previous slice. */
const IS_NEXT = "WHERE COALESCE((SELECT position FROM sweep_positions WHERE name = 'stats'), '') = ?2"

export const addFlows = (figures: readonly Figure[], at: number, position: string): Statement =>
  statement(`${INSERT} ${IS_NEXT} ${ADD}`, rowsOf(figures, at), position)

export const putLevels = (figures: readonly Figure[], at: number, position: string): Statement =>
  statement(
    `${INSERT} ${IS_NEXT} ON CONFLICT (size, metric, at, label) DO UPDATE SET value = excluded.value`,
    rowsOf(figures, at),
    position,
  )

/** `within` has one number for each bound of the histogram. */
export type RouteFigure = {
  method: string
  route: string
  requests: number
  errors: number
  seconds: number
  within: number[]
}

export function addRoutes(
  routes: readonly RouteFigure[],
  at: number,
  position: string,
  bounds: number,
): Statement {
  const sums = Array.from(
    { length: bounds },
    (_, i) => `platform_route_stats.within ->> ${i} + excluded.within ->> ${i}`,
  )
  return statement(
    `INSERT INTO platform_route_stats (size, at, method, route, requests, errors, seconds, within)
     SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value -> 7
     FROM json_each(?1) j ${IS_NEXT}
     ON CONFLICT (size, at, method, route) DO UPDATE SET requests = platform_route_stats.requests + excluded.requests,
       errors = platform_route_stats.errors + excluded.errors, seconds = platform_route_stats.seconds + excluded.seconds,
       within = json_array(${sums.join(', ')})`,
    JSON.stringify(
      routes.flatMap(({ method, route, requests, errors, seconds, within }) =>
        SIZES.map((size) => [size, bucketOf(size, at), method, route, requests, errors, seconds, within]),
      ),
    ),
    position,
  )
}

export const moveOn = (position: string, next: string): Statement =>
  statement(
    `INSERT INTO sweep_positions (name, position, next_at) SELECT 'stats', ?1, 0 ${IS_NEXT}
     ON CONFLICT (name) DO UPDATE SET position = excluded.position`,
    next,
    position,
  )

/** All-time totals by label. */
export async function totalsOf(d1: D1Database, metrics: readonly string[]): Promise<Figure[]> {
  const { results } = await d1
    .prepare(
      `SELECT metric, label, sum(value) AS value FROM platform_stats WHERE size = 'day' AND metric IN (SELECT value FROM json_each(?))
       GROUP BY metric, label`,
    )
    .bind(JSON.stringify(metrics))
    .all<Figure>()
  return results
}
