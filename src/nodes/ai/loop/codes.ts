import type { FailureReason } from '../../../providers/models/types.ts'

/** The code of the node's error for each reason why a model call failed. */
export const CODE_OF: Record<FailureReason, string> = {
  connection: 'model.connection',
  timeout: 'model.timeout',
  rate_limited: 'model.rate_limited',
  overloaded: 'model.overloaded',
  server: 'model.server',
  credit: 'model.credit',
  key_rejected: 'model.key_rejected',
  key_suspended: 'model.key_suspended',
  forbidden: 'model.forbidden',
  unknown_model: 'model.unknown_model',
  bad_answer: 'model.bad_answer',
  bad_schema: 'model.bad_schema',
  refused: 'model.refused',
  bad_request: 'model.bad_request',
  too_large: 'model.too_large',
  not_configured: 'model.not_configured',
  breaker_open: 'model.breaker_open',
  cancelled: 'model.cancelled',
}
