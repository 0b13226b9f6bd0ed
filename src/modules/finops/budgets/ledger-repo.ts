// Statements of the ledger. Each batch is one transaction, and D1 executes one write at a time, so a check is still
// valid when its row is written.
import { type Statement, statement } from '../../../db/commit.ts'
import { prepare } from '../../../db/statement.ts'
import { counterSql } from '../../usage/index.ts'
import type { Metric } from './repo.ts'

/** `low` is the minimum usage of the call, `high` the maximum. An unknown cost is null. */
export type Amounts = { cost: { low: number; high: number } | null; tokens: { low: number; high: number } }

export type HoldKey = { key: string; teamId: string; period: string }

/** The usage and the reservations of the team, and its limits. Null while its budget stops nothing. */
export type LedgerState = {
  costLimit: number | null
  tokenLimit: number | null
  cost: number
  tokens: number
  heldCost: number
  heldTokens: number
}

const COUNTED_COST = counterSql('?2', 'costMicroUsd')
const COUNTED_TOKENS = `${counterSql('?2', 'inputTokens')} + ${counterSql('?2', 'outputTokens')}`

/** Recorded costs of the month's days that are not costs of runs. */
const RECORDED = `(SELECT total(d.cost_micro_usd) FROM cost_days d WHERE d.team_id = ?1 AND d.date BETWEEN ?2 || '-01' AND ?2 || '-31')`

const held = (column: string, but: string): string =>
  `(SELECT total(h.${column}) FROM budget_holds h
    WHERE h.team_id = ?1 AND h.period = ?2 AND h.settled_at IS NULL AND h.expires_at > ?3${but})`

/** Costs that runs have reported in the meantime, also while nothing was stopped. */
const raiseLedger = (teamId: string, period: string): Statement =>
  statement(
    `INSERT INTO budget_ledgers (team_id, period, cost_micro_usd, tokens)
     SELECT ?1, ?2, ${COUNTED_COST}, ${COUNTED_TOKENS} FROM team_budgets WHERE team_id = ?1 AND hard_stop = 1
     ON CONFLICT DO UPDATE SET cost_micro_usd = max(cost_micro_usd, excluded.cost_micro_usd), tokens = max(tokens, excluded.tokens)`,
    teamId,
    period,
  )

/** A settled call that is repeated after a crash: it is paid for already. */
const IS_SETTLED = 'EXISTS (SELECT 1 FROM budget_holds WHERE key = ?4 AND settled_at IS NOT NULL)'

const takeHold = (
  { key, teamId, period }: HoldKey,
  { cost, tokens }: Amounts,
  now: number,
  expiresAt: number,
): Statement =>
  statement(
    `INSERT INTO budget_holds (key, team_id, period, cost_micro_usd, tokens, expires_at)
     SELECT ?4, ?1, ?2, coalesce(?6, 0), ?8, ?9 FROM team_budgets b JOIN budget_ledgers l ON l.team_id = b.team_id AND l.period = ?2
     WHERE b.team_id = ?1 AND b.hard_stop = 1 AND (${IS_SETTLED} OR (
       (b.monthly_cost_micro_usd IS NULL OR ?6 = 0 OR coalesce(
         l.cost_micro_usd + ${RECORDED} + ${held('cost_micro_usd', ' AND h.key <> ?4')} + ?5 <= b.monthly_cost_micro_usd, 0))
       AND (b.monthly_tokens IS NULL OR l.tokens + ${held('tokens', ' AND h.key <> ?4')} + ?7 <= b.monthly_tokens)))
     ON CONFLICT (key) DO UPDATE SET cost_micro_usd = excluded.cost_micro_usd, tokens = excluded.tokens, expires_at = excluded.expires_at`,
    teamId,
    period,
    now,
    key,
    cost?.low ?? null,
    cost?.high ?? null,
    tokens.low,
    tokens.high,
    expiresAt,
  )

const readLedger = (teamId: string, period: string, now: number): Statement =>
  statement(
    `SELECT b.monthly_cost_micro_usd AS costLimit, b.monthly_tokens AS tokenLimit, l.cost_micro_usd + ${RECORDED} AS cost, l.tokens,
       ${held('cost_micro_usd', '')} AS heldCost, ${held('tokens', '')} AS heldTokens
     FROM team_budgets b JOIN budget_ledgers l ON l.team_id = b.team_id AND l.period = ?2 WHERE b.team_id = ?1 AND b.hard_stop = 1`,
    teamId,
    period,
    now,
  )

export async function insertHoldIfItFits(
  d1: D1Database,
  hold: HoldKey,
  amounts: Amounts,
  { now, expiresAt }: { now: number; expiresAt: number },
): Promise<{ isHeld: boolean; state: LedgerState | null }> {
  const { teamId, period } = hold
  const [, taken, read] = await d1.batch<LedgerState>(
    [
      raiseLedger(teamId, period),
      takeHold(hold, amounts, now, expiresAt),
      readLedger(teamId, period, now),
    ].map((one) => prepare(d1, one)),
  )
  return { isHeld: taken?.meta.changes === 1, state: read?.results[0] ?? null }
}

/** Once per key, in the month of the reservation. */
export async function settleHold(
  d1: D1Database,
  { key, teamId }: Pick<HoldKey, 'key' | 'teamId'>,
  used: { costMicroUsd: number; tokens: number },
  now: number,
): Promise<void> {
  const statements = [
    statement(
      `UPDATE budget_ledgers SET cost_micro_usd = cost_micro_usd + ?3, tokens = tokens + ?4
       WHERE team_id = ?2 AND period = (SELECT period FROM budget_holds WHERE key = ?1 AND team_id = ?2 AND settled_at IS NULL)`,
      key,
      teamId,
      used.costMicroUsd,
      used.tokens,
    ),
    statement(
      'UPDATE budget_holds SET settled_at = ?3 WHERE key = ?1 AND team_id = ?2 AND settled_at IS NULL',
      key,
      teamId,
      now,
    ),
  ]
  await d1.batch(statements.map((one) => prepare(d1, one)))
}

const NOTIFIED_LIMIT: Record<Metric, string> = { cost: 'notified_cost', tokens: 'notified_tokens' }

/** Changes one row if the owners have not been notified of a stop at this limit in this month. */
export const guardStopped = (teamId: string, period: string, metric: Metric, limit: number): Statement =>
  statement(
    `UPDATE budget_ledgers SET ${NOTIFIED_LIMIT[metric]} = ?3 WHERE team_id = ?1 AND period = ?2 AND ${NOTIFIED_LIMIT[metric]} IS NOT ?3`,
    teamId,
    period,
    limit,
  )

export async function hasHardStop(d1: D1Database, teamId: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `SELECT 1 AS there FROM team_budgets
       WHERE team_id = ? AND hard_stop = 1 AND (monthly_cost_micro_usd IS NOT NULL OR monthly_tokens IS NOT NULL)`,
    )
    .bind(teamId)
    .first()
  return row !== null
}
