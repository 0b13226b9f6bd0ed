// The closed list of all error codes. A code is part of the public API: clients branch on it, so its meaning never changes.
// Clients decide on retries by `retryable`, never by a text.
import type { Pointer } from './pointer.ts'

type ErrorEntry = { status: number; title: string; retryable: boolean }

const entry = (status: number, title: string, retryable = false): ErrorEntry => ({ status, title, retryable })

export const ERRORS = {
  'request.malformed': entry(400, 'The request is malformed'),
  'request.malformed_json': entry(400, 'The body is not valid JSON'),
  'request.too_deep': entry(400, 'The JSON is nested too deeply'),
  'request.forbidden_key': entry(400, 'The JSON has a forbidden key'),
  'request.duplicate_key': entry(400, 'The JSON has a duplicate key'),
  'request.invalid_cursor': entry(400, 'The cursor is not valid for this list'),
  'request.invalid': entry(422, 'The request does not match the schema'),
  'request.upgrade_required': entry(426, 'This endpoint needs a WebSocket connection'),
  'request.too_large': entry(413, 'The body is too large'),
  'request.unsupported_media_type': entry(415, 'The media type of the body is not supported'),
  'route.not_found': entry(404, 'The route does not exist'),
  'route.method_not_allowed': entry(405, 'The route does not support this method'),
  'auth.required': entry(401, 'Authentication is required'),
  'auth.invalid_token': entry(401, 'The access token is not valid'),
  'auth.invalid_key': entry(401, 'The API key is not valid'),
  'auth.invalid_ticket': entry(401, 'The ticket is not valid'),
  'auth.invalid_credentials': entry(401, 'The email address or password is wrong'),
  'auth.mfa_required': entry(401, 'A second-factor code is required'),
  'auth.invalid_mfa_code': entry(401, 'The code is not valid'),
  'auth.invalid_refresh_token': entry(401, 'The refresh token is not valid'),
  'auth.account_disabled': entry(403, 'The account is disabled'),
  'auth.email_not_verified': entry(403, 'The email address is not verified yet'),
  'auth.fresh_sign_in_required': entry(403, 'This requires a recent sign-in with a password, not an API key'),
  'auth.invalid_one_time_token': entry(400, 'The link is no longer valid'),
  'auth.weak_password': entry(422, 'The password is too weak'),
  'auth.email_taken': entry(409, 'The email address is already in use'),
  'registration.closed': entry(403, 'This installation does not accept new accounts'),
  'auth.mfa_not_enabled': entry(409, 'The account has no second factor'),
  'auth.mfa_already_enabled': entry(409, 'The account already has a second factor'),
  'auth.last_sign_in_method': entry(409, 'The last sign-in method cannot be removed'),
  'oauth.unknown_provider': entry(404, 'The sign-in provider does not exist'),
  'oauth.failed': entry(400, 'Sign-in with the provider failed'),
  'oauth.cancelled': entry(400, 'Sign-in with the provider was cancelled'),
  'oauth.email_not_verified': entry(403, 'The provider has not verified the email address'),
  'oauth.account_not_verified': entry(
    409,
    'An account with this email address exists but is not verified: reset its password by mail, then sign in again',
  ),
  'oauth.provider_unreachable': entry(502, 'The sign-in provider did not respond as expected', true),
  'access.denied': entry(403, 'Your role does not allow this'),
  'access.scope_missing': entry(403, 'The API key does not have the required scope'),
  'access.origin_denied': entry(403, 'The origin is not allowed'),
  'admin.own_account': entry(409, 'You cannot do this to your own account'),
  'resource.not_found': entry(404, 'The resource does not exist'),
  'resource.conflict': entry(409, 'The current state of the resource does not allow this'),
  'resource.exists': entry(409, 'The resource already exists'),
  'resource.stale': entry(412, 'The resource has changed since it was read'),
  'team.last_owner': entry(409, 'A team must have an owner'),
  'team.personal': entry(409, 'The personal team cannot be changed in this way'),
  'invitation.invalid': entry(404, 'The invitation is no longer valid'),
  'plan.limit_reached': entry(402, 'The plan limit is reached'),
  'mail.recipient_not_allowed': entry(403, 'Mail to this address is not allowed'),
  'idempotency.mismatch': entry(422, 'The idempotency key was used for a different request'),
  'idempotency.secret_not_replayed': entry(
    409,
    'The request succeeded before; its secret is not shown again',
  ),
  'rate.limited': entry(429, 'Too many requests', true),
  'outbound.blocked': entry(422, 'Requests to this address are not allowed'),
  'outbound.redirect_refused': entry(422, 'A redirect would send the body to another origin'),
  'outbound.failed': entry(502, 'The remote server did not respond as expected', true),
  'service.unavailable': entry(503, 'The service is temporarily unavailable', true),
  'workflow.in_use': entry(409, 'Other workflows use this workflow'),
  'workflow.invalid': entry(422, 'The workflow is not valid'),
  'run.invalid_input': entry(422, "The input does not match the workflow's schema"),
  'run.bad_concurrency_key': entry(422, 'The concurrency key cannot be computed for this start'),
  'run.changed_nodes': entry(422, 'Nodes whose outcomes are kept have changed in that version'),
  'run.retried': entry(409, 'The run has already been retried'),
  'run.rerun': entry(409, 'The run has already been rerun'),
  'run.compensated': entry(409, 'The run has already been compensated'),
  'run.unreadable': entry(500, 'The stored state of the run cannot be read'),
  'run.failed': entry(500, 'The run failed'),
  'hook.unauthorized': entry(401, 'The delivery is not authenticated'),
  'hook.missing_id': entry(400, 'The delivery has no id'),
  'hook.not_configured': entry(503, 'The trigger has no secret to check deliveries with'),
  'integration.in_use': entry(409, 'Something of the team uses the integration'),
  'integration.no_test': entry(409, 'This integration cannot be tested'),
  'integration.no_consent': entry(409, 'This integration does not use consent'),
  'integration.connect_failed': entry(400, 'The integration could not be connected'),
  'credential.not_found': entry(422, 'The team does not have this integration'),
  'credential.unusable': entry(422, 'The integration cannot be used for this purpose'),
  'credential.host_not_allowed': entry(422, 'The credential must not be sent to this host'),
  'credential.needs_reconnect': entry(409, 'The integration must be connected again'),
  'credential.refused': entry(422, 'The service does not accept the secrets'),
  'credential.no_token': entry(502, 'No access token could be fetched', true),
  'credential.unreadable': entry(500, 'A stored secret cannot be decrypted'),
  'run.too_many_descendants': entry(409, 'The root run has reached the limit of descendant runs'),
  'agent.thread_busy': entry(409, 'The thread is still processing another call', true),
  'agent.thread_full': entry(409, 'The thread is full'),
  'agent.question_too_large': entry(413, 'The question is too large for a thread'),
  'run.queue_full': entry(409, 'The queue of the workflow is full'),
  'model.not_configured': entry(409, 'None of the models can be called, because no key is set'),
  'model.too_large': entry(422, 'The prompt is larger than the model accepts'),
  'agent.unknown_capability': entry(422, 'The agent does not have this capability'),
  'file.not_found': entry(404, 'The file does not exist'),
  'file.invalid_name': entry(422, 'The file name is not valid'),
  'file.name_taken': entry(409, 'A file with this name already exists'),
  'file.empty': entry(422, 'The file is empty'),
  'file.too_large': entry(413, 'The file is too large'),
  'file.unsupported_type': entry(415, 'The file type is not supported'),
  'file.forbidden_type': entry(415, 'Programs and macros are not allowed'),
  'file.type_mismatch': entry(415, 'The content does not match the file extension'),
  'file.checksum_mismatch': entry(422, 'The checksum does not match the content'),
  'file.link_expired': entry(410, 'The link has expired'),
  'file.range_not_satisfiable': entry(416, 'The range starts after the end of the file'),
  'deployment.invalid_source': entry(422, 'The source cannot be deployed'),
  'deployment.source_gone': entry(409, 'The content of the deployment is no longer available'),
  'deployment.too_large': entry(422, 'The site is larger than the platform accepts'),
  'deployment.unsupported': entry(409, 'The platform cannot do this'),
  'deployment.limit_reached': entry(422, 'The deployment would exceed a limit of the platform'),
  'deployment.unauthorized': entry(422, 'The platform does not accept the credential'),
  'deployment.forbidden': entry(422, 'The credential lacks a permission on the platform'),
  'deployment.project_not_found': entry(422, 'The project does not exist on the platform'),
  'deployment.conflict': entry(409, 'The project has changed on the platform in the meantime', true),
  'deployment.refused': entry(422, 'The platform refused the deployment'),
  'deployment.rate_limited': entry(503, 'The platform limits the request rate', true),
  'deployment.platform_failed': entry(502, 'The platform did not respond as expected', true),
  'deployment.timeout': entry(504, 'The platform did not finish in time'),
  'deployment.cancelled': entry(409, 'The deployment was cancelled'),
  'cost.rate_missing': entry(422, 'There is no exchange rate for this currency and day'),
  'task.status_not_allowed': entry(409, 'The task is not in a status that allows this'),
  'task.lease_lost': entry(409, 'Another worker has the task, or it has ended'),
  'task.lease_expired': entry(409, 'The lease of the task has run out'),
  'job.status_not_allowed': entry(409, 'The job cannot change to this status'),
  internal: entry(500, 'Something went wrong on our side'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

/** One error in one place. Problems and all other responses that list errors use this form. */
export type FieldError = {
  code: string
  message: string
  /** The place in the body. For a query or path parameter, `/` and its name. */
  path?: Pointer
  /** The node of a definition that contains the place. */
  nodeId?: string
  /** Another object that the error is about, such as a workflow that uses this one. */
  resourceId?: string
  retryable?: boolean
}

type Details = {
  detail?: string
  errors?: FieldError[]
  /** The run that the problem is about. */
  runId?: string
  retryAfterSeconds?: number
  headers?: Record<string, string>
  cause?: unknown
}

/** The only class that is thrown on purpose. Clients see its fields, except `cause`, which is only logged. */
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
