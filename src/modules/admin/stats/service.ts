import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { BUCKET_MS, bucketOf } from '../../../db/platform-stats.ts'
import { PLATFORM_ROLES, USER_STATUSES } from '../../../db/schema/index.ts'
import { countAll } from '../repo/stats.ts'
import { type Bucket, findStats } from './repo.ts'
import type { AdminStats, AdminStatsQuery } from './schema.ts'
import { BOUNDS, flowsOf, levelsOf, toRoute } from './view.ts'

const DEFAULT_SPAN_MS = { hour: DAY_MS, day: 30 * DAY_MS } as const
const MAX_BUCKETS = 400

const OPEN = ['queued', 'running', 'waiting', 'paused'] as const

export async function getAdminStats(ctx: ServiceContext, query: AdminStatsQuery): Promise<AdminStats> {
  const { from, to } = spanOf(query, ctx.now())
  const [{ roles, statuses, teams, others }, { buckets, routes, open, sizeBytes, ms }] = await Promise.all([
    countAll(ctx.env.DB, ctx.now()),
    findStats(ctx.env.DB, { size: query.bucket, from, to, bounds: BOUNDS }),
  ])
  const byStatus = spread(USER_STATUSES, statuses)
  return {
    users: { total: byStatus.active + byStatus.disabled, byRole: spread(PLATFORM_ROLES, roles), byStatus },
    teams: { total: of(teams, 'personal') + of(teams, 'shared'), personal: of(teams, 'personal') },
    sessions: { active: of(others, 'active') },
    audit: { entries: of(others, 'entries'), unsealed: of(others, 'unsealed') },
    outbox: { pending: of(others, 'pending'), dead: of(others, 'dead') },
    runs: spread(OPEN, new Map(open.map(({ name, total }) => [name, total]))),
    database: { sizeBytes, answerMs: ms },
    from: toIso(from),
    to: toIso(to),
    bucket: query.bucket,
    totals: flowsOf(buckets),
    series: byBucket(buckets).map(([at, rows]) => ({
      at: toIso(at),
      ...flowsOf(rows),
      levels: levelsOf(rows),
    })),
    routes: routes.map(toRoute),
  }
}

function spanOf({ from, to, bucket }: AdminStatsQuery, now: number): { from: number; to: number } {
  const end = to === undefined ? now : Date.parse(to)
  const start = bucketOf(bucket, from === undefined ? end - DEFAULT_SPAN_MS[bucket] : Date.parse(from))
  if (start > end)
    throw new AppError('request.invalid', {
      errors: [{ path: '/to', message: 'must not be before from', code: 'too_small' }],
    })
  if (end - start > MAX_BUCKETS * BUCKET_MS[bucket])
    throw new AppError('request.invalid', {
      errors: [
        {
          path: '/from',
          message: `gives more than ${MAX_BUCKETS} buckets: use a longer bucket`,
          code: 'too_big',
        },
      ],
    })
  return { from: start, to: end }
}

const of = (counts: Map<string, number>, name: string): number => counts.get(name) ?? 0

const spread = <Name extends string>(names: readonly Name[], counts: Map<string, number>) =>
  Object.fromEntries(names.map((name) => [name, of(counts, name)])) as Record<Name, number>

function byBucket(rows: readonly Bucket[]): [at: number, rows: Bucket[]][] {
  const buckets = new Map<number, Bucket[]>()
  for (const row of rows) {
    const known = buckets.get(row.at)
    if (known) known.push(row)
    else buckets.set(row.at, [row])
  }
  return [...buckets]
}
