// The platform settings in the database, and the latest values in this process. Invariants:
// 1. Every request with a credential gets them with its permission check, so a change applies from the next request on, in every
//    process. Code without such a check reads them before using them.
// 2. SQL that checks a limit reads the limit in the same statement.
import { DEFAULT_LIMITS, PLANS, type PlanLimits, setLimits } from '../core/plans.ts'
import type { PlatformSettings } from '../core/platform-settings.ts'
import { prepare, type Statement, statement } from './statement.ts'

const ROW = "platform_settings WHERE id = 'platform'"

/** The stored text, as part of another query. */
export const SETTINGS_TEXT = `(SELECT settings FROM ${ROW})`

export const settingsQuestion: Statement = statement(`SELECT ${SETTINGS_TEXT} AS settings`)

let seen: { text: string | null; settings: PlatformSettings } = { text: null, settings: {} }

/** Stores the values just read from the database. */
export function takeSettings(text: string | null): PlatformSettings {
  if (text === seen.text) return seen.settings
  const settings = text === null ? {} : (JSON.parse(text) as PlatformSettings)
  seen = { text, settings }
  setLimits(settings.limits ?? {})
  return settings
}

/** The values that the permission check of this request has read. */
export const currentSettings = (): PlatformSettings => seen.settings

export async function loadSettings(d1: D1Database): Promise<PlatformSettings> {
  const row = await prepare(d1, settingsQuestion).first<{ settings: string | null }>()
  return takeSettings(row?.settings ?? null)
}

export type SettingsRow = { settings: string; version: number; updatedBy: string | null; updatedAt: number }

export const findSettingsRow = (d1: D1Database): Promise<SettingsRow | null> =>
  d1
    .prepare(`SELECT settings, version, updated_by AS updatedBy, updated_at AS updatedAt FROM ${ROW}`)
    .first<SettingsRow>()

/** A guard: changes nothing if they have changed since `seenVersion`, which is 0 before the first change. */
export const writeSettings = (
  settings: PlatformSettings,
  seenVersion: number,
  userId: string,
  now: number,
): Statement =>
  statement(
    `INSERT INTO platform_settings (id, settings, version, updated_by, updated_at)
     SELECT 'platform', ?1, ?2 + 1, ?3, ?4 WHERE COALESCE((SELECT version FROM ${ROW}), 0) = ?2
       AND EXISTS (SELECT 1 FROM users WHERE id = ?3 AND role = 'admin' AND status = 'active')
     ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, version = excluded.version, updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
    JSON.stringify(settings),
    seenVersion,
    userId,
    now,
  )

/** The limit of a plan, given as SQL in `plan`; NULL means no limit. */
export const limitByPlan = (plan: string, limit: keyof PlanLimits): string =>
  `CASE ${plan} ${PLANS.map(
    (name) =>
      `WHEN '${name}' THEN COALESCE(${SETTINGS_TEXT} ->> '$.limits.${name}.${limit}', ${DEFAULT_LIMITS[name][limit] ?? 'NULL'})`,
  ).join(' ')} END`
