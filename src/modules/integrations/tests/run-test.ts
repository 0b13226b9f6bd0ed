// Executes a test: a real call to the service. Never throws because of the response. Messages contain no part of the
// response.
import { AppError } from '../../../core/errors.ts'
import { parseJson } from '../../../core/json.ts'
import { reachOf } from '../../../providers/outbound/index.ts'
import { callWithCredential } from '../credentials/call.ts'
import type { Credential, CredentialScope } from '../credentials/open.ts'
import { accessToken } from '../oauth/access-token.ts'
import { messageOf, outcomeOf, type TestOutcome } from './judge.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 4 * 1024 * 1024

export type TestReport = {
  outcome: TestOutcome
  httpStatus: number | null
  message: string
  durationMs: number
}

/** Throws `integration.no_test` if nothing can be tested. */
export async function runTest(scope: CredentialScope, credential: Credential): Promise<TestReport> {
  const { type, config, secrets } = credential
  const call = type.test?.call(config, secrets) ?? null
  if (call === null && type.token === undefined) throw noTest(credential)
  const reach = reachOf(scope.env, scope.settings)
  const startedAt = scope.now()
  const report = (outcome: TestOutcome, httpStatus: number | null, message: string): TestReport => ({
    outcome,
    httpStatus,
    message,
    durationMs: scope.now() - startedAt,
  })
  try {
    if (call === null) {
      await accessToken(scope, credential, reach)
      return report('ok', null, 'An access token was fetched.')
    }
    const headers = { 'user-agent': 'Orrery', ...call.headers }
    const limits = { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, followRedirects: true }
    const answer = await callWithCredential(scope, credential, { ...call, ...limits, headers }, reach)
    const parsed = parseJson(new TextDecoder().decode(answer.bytes))
    const outcome = outcomeOf(
      { status: answer.status, json: parsed.ok ? parsed.value : null },
      type.test?.judge,
    )
    return report(outcome, answer.status, messageOf(outcome, answer.status))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return report(REFUSALS.has(error.code) ? 'refused' : 'unclear', null, error.message)
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['credential.refused', 'credential.needs_reconnect'])

function noTest({ name, type }: Credential): AppError {
  const detail =
    type.test === undefined
      ? `Integrations of the type ${type.type} are not sent to any service, so there is nothing to test.`
      : `Set config.testUrl of "${name}" to an address that needs the credential.`
  return new AppError('integration.no_test', { detail })
}
