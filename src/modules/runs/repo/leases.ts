// Leases: how many runs a host may start without asking D1. Invariants:
// 1. Slots in use plus leased slots never exceed the plan. The same holds for the runs counted this month plus the leased runs.
//    Only one statement increases a lease, and it checks both.
// 2. A row never shows less than its host holds: the host lowers its own count first, then the row.
// 3. A row that is not renewed in time no longer counts, because its host may be lost.
import type { PlanLimits } from '../../../core/plans.ts'
import { limitByPlan } from '../../../db/platform-settings.ts'
import { prepare, type Statement, statement } from '../../../db/statement.ts'
import { countSlots } from '../../usage/index.ts'
import { admitWaiting } from './slots.ts'

export const LEASE_MS = 30_000

export type Lease = { id: string; teamId: string; host: string; period: string }
/** The number of slots and of runs. */
export type Share = { slots: number; runs: number }
export type Taken = Share & {
  /** Used if the plan does not limit runs per month. */
  isMonthOpen: boolean
  /** Runs of the team are in line. */
  hasLine: boolean
  /** The other hosts that hold a lease. */
  holders: string[]
}

const limit = (of: keyof PlanLimits): string =>
  `(SELECT ${limitByPlan('tm.plan', of)} FROM teams tm WHERE tm.id = ?2)`
const ofOthers = (column: keyof Share, more = ''): string =>
  `coalesce((SELECT sum(l.${column}) FROM run_leases l WHERE l.team_id = ?2 AND l.id <> ?1${more}), 0)`
const COUNTED = `coalesce((SELECT c.value FROM usage_counters c
  WHERE c.team_id = ?2 AND c.period = ?4 AND c.metric = 'runs'), 0)`

const HAS_LINE = 'EXISTS (SELECT 1 FROM runs WHERE team_id = ?2 AND line_since IS NOT NULL)'
/** Besides the requested number, a lease takes a quarter of what is free, unless runs wait in line. */
const SPARE = `(?9 AND NOT ${HAS_LINE})`
const share = (free: string, held: string, wanted: string): string =>
  `CAST(max(0, min(${free}, ${held} + CASE WHEN ${wanted} > 0 THEN max(${wanted}, ${SPARE} * (${free} - ${held}) / 4) ELSE 0 END)) AS INTEGER)`

const TAKE = `INSERT INTO run_leases (id, team_id, host, period, slots, runs, expires_at)
  SELECT ?1, ?2, ?3, ?4, ${share('free.slots', '?5', '?6')}, coalesce(${share('free.runs', '?7', '?8')}, 0), ?10
  FROM (SELECT ${limit('concurrentRuns')} - ${countSlots('?2')} - ${ofOthers('slots')} AS slots,
    ${limit('runsPerMonth')} - ${COUNTED} - ${ofOthers('runs', ' AND l.period = ?4')} AS runs) free
  WHERE free.slots IS NOT NULL
  ON CONFLICT (id) DO UPDATE SET period = excluded.period, slots = excluded.slots, runs = excluded.runs, expires_at = excluded.expires_at
  RETURNING slots, runs, (${limit('runsPerMonth')} IS NULL) AS isMonthOpen, ${HAS_LINE} AS hasLine`

/** Adds the requested number and some spare, as far as the plan allows. Returns null if the team does not exist. */
export async function claimLease(
  d1: D1Database,
  { id, teamId, host, period }: Lease,
  { held, wanted, spare }: { held: Share; wanted: Share; spare: boolean },
  now: number,
): Promise<Taken | null> {
  const [, taken, others] = await d1.batch<Record<string, number> & { host: string }>([
    d1.prepare('DELETE FROM run_leases WHERE team_id = ? AND expires_at <= ?').bind(teamId, now),
    d1
      .prepare(TAKE)
      .bind(
        ...[id, teamId, host, period, held.slots, wanted.slots, held.runs, wanted.runs],
        ...[spare ? 1 : 0, now + LEASE_MS],
      ),
    d1
      .prepare(
        'SELECT DISTINCT host FROM run_leases WHERE team_id = ? AND host <> ? AND (slots > 0 OR runs > 0)',
      )
      .bind(teamId, host),
  ])
  const row = taken?.results[0]
  if (row === undefined) return null
  return {
    slots: Number(row.slots),
    runs: Number(row.runs),
    isMonthOpen: row.isMonthOpen === 1,
    hasLine: row.hasLine === 1,
    holders: (others?.results ?? []).map((other) => other.host),
  }
}

/** Lowers the lease to what the host holds now, and renews it. Changes no row if the lease has expired and was deleted. */
export const renewLease = (id: string, { slots, runs }: Share, now: number): Statement =>
  statement(
    'UPDATE run_leases SET slots = ?2, runs = ?3, expires_at = ?4 WHERE id = ?1 RETURNING id',
    ...[id, slots, runs, now + LEASE_MS],
  )

/** Queued runs get the slots that the change frees. Returns those that got one. */
async function admitAfter(d1: D1Database, change: Statement, teamId: string, now: number): Promise<string[]> {
  const [, given] = await d1.batch<{ id: string }>([prepare(d1, change), admitWaiting(d1, teamId, now)])
  return (given?.results ?? []).map((row) => row.id)
}

/** Deletes what the host leased before it was loaded again. Only correct if the index knows all its runs from before. */
export const deleteEarlierLeases = (
  d1: D1Database,
  { id, teamId, host }: Pick<Lease, 'id' | 'teamId' | 'host'>,
  now: number,
): Promise<string[]> =>
  admitAfter(
    d1,
    statement('DELETE FROM run_leases WHERE team_id = ?1 AND host = ?2 AND id <> ?3', teamId, host, id),
    teamId,
    now,
  )

/** Frees what the host does not use. */
export const releaseLease = (
  d1: D1Database,
  { id, teamId }: Lease,
  held: Share,
  now: number,
): Promise<string[]> =>
  admitAfter(
    d1,
    statement('UPDATE run_leases SET slots = ?2, runs = ?3 WHERE id = ?1', id, held.slots, held.runs),
    teamId,
    now,
  )

/** The hosts of the team that hold slots. */
export const findHolders = (teamId: string): Statement =>
  statement('SELECT DISTINCT host FROM run_leases WHERE team_id = ? AND slots > 0', teamId)

const MAX_HOLDERS = 100

/** The hosts that hold slots of teams whose runs are in line. Those that renewed their lease longest ago come first. */
export async function findHoldersBesideLines(d1: D1Database): Promise<{ teamId: string; host: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT l.team_id AS teamId, l.host FROM run_leases l WHERE l.slots > 0
       AND EXISTS (SELECT 1 FROM runs r WHERE r.team_id = l.team_id AND r.line_since IS NOT NULL)
       GROUP BY l.team_id, l.host ORDER BY min(l.expires_at) LIMIT ?`,
    )
    .bind(MAX_HOLDERS)
    .all<{ teamId: string; host: string }>()
  return results
}

/** Deletes expired leases of all teams. */
export async function deleteExpiredLeases(d1: D1Database, now: number): Promise<void> {
  await d1.prepare('DELETE FROM run_leases WHERE expires_at <= ?').bind(now).run()
}
