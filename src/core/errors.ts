// The closed list of everything that can be answered as an error. A code is part of the public contract: clients
// branch on it, so a code never changes its meaning. Retry follows `retryable`, never a text.

type ErrorEntry = { status: number; title: string; retryable: boolean }

const entry = (status: number, title: string, retryable = false): ErrorEntry => ({ status, title, retryable })

export const ERRORS = {
  'request.malformed': entry(400, 'The request is not well formed'),
  'request.malformed_json': entry(400, 'The body is not valid JSON'),
  'request.too_deep': entry(400, 'The JSON is nested too deeply'),
  'request.forbidden_key': entry(400, 'The JSON holds a forbidden key'),
  'request.duplicate_key': entry(400, 'The JSON has a key twice in one object'),
  'request.invalid_cursor': entry(400, 'The cursor is not one that this list made'),
  'request.invalid': entry(422, 'The request does not meet the schema'),
  'request.upgrade_required': entry(426, 'This address is a WebSocket'),
  'request.too_large': entry(413, 'The body is too large'),
  'request.unsupported_media_type': entry(415, 'The body is not of a type this route takes'),
  'route.not_found': entry(404, 'There is no such route'),
  'route.method_not_allowed': entry(405, 'The route does not take this method'),
  'auth.required': entry(401, 'Sign in first'),
  'auth.invalid_token': entry(401, 'The access token is not valid'),
  'auth.invalid_key': entry(401, 'The API key is not valid'),
  'auth.invalid_credentials': entry(401, 'E-mail or password is wrong'),
  'auth.mfa_required': entry(401, 'A code of the second factor is due'),
  'auth.invalid_mfa_code': entry(401, 'The code is not valid'),
  'auth.invalid_refresh_token': entry(401, 'The refresh token is not valid'),
  'auth.account_disabled': entry(403, 'The account is disabled'),
  'auth.email_not_verified': entry(403, 'The e-mail address is not verified yet'),
  'auth.fresh_sign_in_required': entry(403, 'This needs a sign-in with a password, not an API key'),
  'auth.invalid_one_time_token': entry(400, 'The link is not valid any more'),
  'auth.weak_password': entry(422, 'The password is too weak'),
  'auth.email_taken': entry(409, 'The e-mail address is taken'),
  'registration.closed': entry(403, 'This installation takes no new accounts'),
  'auth.mfa_not_enabled': entry(409, 'No second factor is set up'),
  'auth.mfa_already_enabled': entry(409, 'A second factor is set up already'),
  'auth.last_sign_in_method': entry(409, 'The last way to sign in cannot be removed'),
  'oauth.unknown_provider': entry(404, 'There is no such sign-in provider'),
  'oauth.failed': entry(400, 'The sign-in with the provider failed'),
  'oauth.cancelled': entry(400, 'The sign-in with the provider was cancelled'),
  'oauth.email_not_verified': entry(403, 'The provider has not verified the e-mail address'),
  'oauth.account_not_verified': entry(
    409,
    'An account with this address has not proven it yet: reset its password by mail, then sign in again',
  ),
  'oauth.provider_unreachable': entry(502, 'The sign-in provider did not answer as expected', true),
  'access.denied': entry(403, 'Your role does not allow this'),
  'access.scope_missing': entry(403, 'The API key lacks the scope'),
  'access.origin_denied': entry(403, 'The origin is not on the list'),
  'admin.own_account': entry(409, 'This cannot be done to your own account'),
  'resource.not_found': entry(404, 'There is no such thing'),
  'resource.conflict': entry(409, 'The thing is in a state that does not allow this'),
  'resource.exists': entry(409, 'There is one already'),
  'resource.stale': entry(412, 'The thing has changed since it was read'),
  'team.last_owner': entry(409, 'A team needs an owner'),
  'team.personal': entry(409, 'The personal team cannot be changed in this way'),
  'invitation.invalid': entry(404, 'The invitation is not valid any more'),
  'plan.limit_reached': entry(402, 'The limit of the plan is reached'),
  'mail.recipient_not_allowed': entry(403, 'The mail may not go to this address'),
  'idempotency.mismatch': entry(422, 'The idempotency key was used with another request'),
  'idempotency.secret_not_replayed': entry(409, 'The request was done; its secret is not shown again'),
  'rate.limited': entry(429, 'Too many requests', true),
  'outbound.blocked': entry(422, 'The address may not be called'),
  'outbound.redirect_refused': entry(422, 'A redirect would send the body to another origin'),
  'outbound.failed': entry(502, 'The other side did not answer as expected', true),
  'service.unavailable': entry(503, 'A part of the service is not available', true),
  'workflow.in_use': entry(409, 'Other workflows use this one'),
  'workflow.invalid': entry(422, 'The workflow has problems'),
  'run.invalid_input': entry(422, 'The input does not meet the schema of the workflow'),
  'run.bad_concurrency_key': entry(422, 'The key of the concurrency limit cannot be made from this start'),
  'run.changed_nodes': entry(422, 'Kept nodes are not the same in that version'),
  'run.retried': entry(409, 'The run was retried already'),
  'run.rerun': entry(409, 'The run was rerun already'),
  'run.compensated': entry(409, 'The run was compensated already'),
  'run.unreadable': entry(500, 'What is stored of the run cannot be read'),
  'run.failed': entry(500, 'The run has not come to a good end'),
  'hook.unauthorized': entry(401, 'The delivery does not prove where it comes from'),
  'hook.missing_id': entry(400, 'The delivery does not say which one it is'),
  'hook.not_configured': entry(503, 'The trigger has nothing to check deliveries with'),
  'run.too_many_descendants': entry(409, 'The first run has led to as many runs as the plan allows'),
  'run.queue_full': entry(409, 'The workflow takes no more runs at this time'),
  internal: entry(500, 'Something went wrong on our side'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

export type FieldError = { path: string; message: string; code: string }

type Details = {
  detail?: string
  errors?: FieldError[]
  /** The run that the problem names. */
  runId?: string
  retryAfterSeconds?: number
  headers?: Record<string, string>
  cause?: unknown
}

/** The only class thrown on purpose. What it carries is shown to the client, except `cause`, which is logged. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly errors: FieldError[] | undefined
  readonly runId: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly headers: Record<string, string>

  constructor(code: ErrorCode, details: Details = {}) {
    super(details.detail ?? ERRORS[code].title, { cause: details.cause })
    this.name = 'AppError'
    this.code = code
    this.detail = details.detail
    this.errors = details.errors
    this.runId = details.runId
    this.retryAfterSeconds = details.retryAfterSeconds
    this.headers = details.headers ?? {}
  }

  get status(): number {
    return ERRORS[this.code].status
  }
}

export const notFound = (what: string): AppError =>
  new AppError('resource.not_found', { detail: `${what} was not found.` })
