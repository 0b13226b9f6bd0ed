// When an integration is tested without being asked: once a day, at a time that differs between integrations.
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/clock.ts'
import type { Config, IntegrationType, Secrets } from '../types/type.ts'

/** A test that people would notice is started by people only. */
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

/** How soon a test that got no clear answer is repeated. */
export const AGAIN_MS = 15 * MINUTE_MS

/** So many unclear answers in a row count as a failure. */
export const MAX_UNCLEAR = 3
