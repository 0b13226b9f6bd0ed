// When an integration is tested automatically: once a day, at a time that differs between integrations.
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/clock.ts'
import type { Config, IntegrationType, Secrets } from '../types/type.ts'

/** Tests with visible effects are only started by people. */
export const isTestedNightly = (type: IntegrationType, config: Config, secrets: Secrets): boolean =>
  type.test !== undefined &&
  type.test.isVisible !== true &&
  (type.token !== undefined || type.test.call(config, secrets) !== null)

export const firstTestAt = (
  type: IntegrationType,
  { config, secrets }: { config: Config; secrets: Secrets },
  now: number,
): number | null => (isTestedNightly(type, config, secrets) ? nextNight(now) : null)

/** Between one and four o'clock UTC of the next day. */
export function nextNight(now: number): number {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS + DAY_MS
  return midnight + HOUR_MS + (now % (3 * HOUR_MS))
}

/** The delay before a test with an unclear result is repeated. */
export const AGAIN_MS = 15 * MINUTE_MS

/** This many unclear results in a row count as a failure. */
export const MAX_UNCLEAR = 3
