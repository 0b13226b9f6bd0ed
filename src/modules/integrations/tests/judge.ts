// The meaning of a test's result for an integration. Pure.
import type { IntegrationStatus } from '../../../db/schema/index.ts'
import type { Judge } from '../types/type.ts'
import { AGAIN_MS, MAX_UNCLEAR, nextNight } from './when.ts'

export type TestOutcome = 'ok' | 'refused' | 'unclear'

export function outcomeOf(answer: { status: number; json: unknown }, judge: Judge | undefined): TestOutcome {
  const judged = judge?.(answer) ?? null
  if (judged !== null) return judged
  if (answer.status < 400) return 'ok'
  return answer.status === 401 || answer.status === 403 ? 'refused' : 'unclear'
}

const MESSAGES: Record<TestOutcome, string> = {
  ok: 'The service accepts the credential',
  refused: 'The service refuses the credential',
  unclear: 'The service gave no clear answer',
}

export const messageOf = (outcome: TestOutcome, status: number): string => `${MESSAGES[outcome]} (${status}).`

type Before = { status: IntegrationStatus; unclearTests: number }
type After = Before & { nextTestAt: number }

/**
 * In a test by a person, a failure counts immediately. At night a service may be down, so only the third failure in a
 * row counts.
 */
export function statusAfter(outcome: TestOutcome, before: Before, isNightly: boolean, now: number): After {
  const nextTestAt = nextNight(now)
  if (outcome === 'ok') return { status: 'ok', unclearTests: 0, nextTestAt }
  if (outcome === 'refused' || !isNightly) return { status: 'failing', unclearTests: 0, nextTestAt }
  const unclearTests = before.unclearTests + 1
  if (unclearTests >= MAX_UNCLEAR) return { status: 'failing', unclearTests: 0, nextTestAt }
  return { status: before.status, unclearTests, nextTestAt: now + AGAIN_MS }
}
