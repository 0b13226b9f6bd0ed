// The storage of a team, and the limit of its plan. Every batch that adds or removes a version changes the counter by
// its size.
import type { Plan } from '../../../core/plans.ts'
import { limitByPlan } from '../../../db/platform-settings.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import { addUsage, LEVEL_PERIOD, recountUsage } from '../../usage/index.ts'

const METRIC = 'storageBytes'

const USED = (team: string) =>
  `COALESCE((SELECT value FROM usage_counters WHERE team_id = ${team} AND period = '${LEVEL_PERIOD}' AND metric = '${METRIC}'), 0)`

/** A condition on a row `t` of `teams`: there is room for this many more bytes. */
export const hasRoomSql = (bytes: string): string =>
  `(${bytes} <= 0 OR COALESCE(${USED('t.id')} + ${bytes} <= ${limitByPlan('t.plan', METRIC)}, 1))`

export const addStored = (teamId: string, bytes: number): Statement =>
  addUsage(teamId, LEVEL_PERIOD, METRIC, bytes)

export type StorageRow = { plan: Plan; used: number }

export const findStorage = (teamId: string): Statement =>
  statement(`SELECT t.plan, ${USED('t.id')} AS used FROM teams t WHERE t.id = ?`, teamId)

/** Counts the storage of the team again. This confirms the counter, and only corrects it after an error elsewhere. */
export const recountStored = (teamId: string): Statement =>
  recountUsage(
    teamId,
    METRIC,
    'COALESCE((SELECT sum(v.size_bytes) FROM file_versions v WHERE v.team_id = t.id), 0)',
  )
