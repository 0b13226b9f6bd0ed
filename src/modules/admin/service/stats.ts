import type { ServiceContext } from '../../../context.ts'
import { PLATFORM_ROLES, USER_STATUSES } from '../../../db/schema/index.ts'
import { countAll } from '../repo/stats.ts'
import type { AdminStats } from '../schema.ts'

export async function getAdminStats(ctx: ServiceContext): Promise<AdminStats> {
  const { roles, statuses, teams, others } = await countAll(ctx.env.DB, ctx.now())
  const of = (counts: Map<string, number>, name: string): number => counts.get(name) ?? 0
  const spread = <Name extends string>(names: readonly Name[], counts: Map<string, number>) =>
    Object.fromEntries(names.map((name) => [name, of(counts, name)])) as Record<Name, number>
  const byStatus = spread(USER_STATUSES, statuses)
  return {
    users: {
      total: byStatus.active + byStatus.disabled,
      byRole: spread(PLATFORM_ROLES, roles),
      byStatus,
    },
    teams: { total: of(teams, 'personal') + of(teams, 'shared'), personal: of(teams, 'personal') },
    sessions: { active: of(others, 'active') },
    audit: { entries: of(others, 'entries'), unsealed: of(others, 'unsealed') },
    outbox: { pending: of(others, 'pending'), dead: of(others, 'dead') },
  }
}
