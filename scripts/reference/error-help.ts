// The meaning of each error and how to fix it, for the reference. A new code in src/core/errors.ts needs a line here.
import type { ErrorCode } from '../../src/core/errors.ts'

export const ERROR_HELP: Record<ErrorCode, string> = {
  'request.malformed': 'A header or the body could not be read. Check the encoding and `Content-Length`.',
  'request.malformed_json': 'Send valid JSON with `Content-Type: application/json`.',
  'request.too_deep': 'Nest the JSON less deeply.',
  'request.forbidden_key': '`__proto__`, `constructor` and `prototype` cannot be keys.',
  'request.duplicate_key': 'Use each key of an object only once.',
  'request.invalid_cursor':
    'Use `nextCursor` of the same list with the same filters, or start without a cursor.',
  'request.invalid': '`errors` lists all invalid fields with their paths.',
  'request.upgrade_required': 'Connect with a WebSocket client.',
  'request.too_large': 'Send less. The limit of the route is in `detail`.',
  'request.unsupported_media_type': 'Set `Content-Type` to a type that the route documents.',
  'route.not_found': 'Check the path against the API reference.',
  'route.method_not_allowed': 'The header `Allow` lists the methods of this path.',
  'auth.required': 'Send `Authorization: Bearer` with an access token, or `X-API-Key`.',
  'auth.invalid_token':
    'The token has expired or was revoked. Get a new one with the refresh token, or sign in again.',
  'auth.invalid_ticket':
    'A ticket opens one socket, within 30 seconds, from the origin that requested it. Request another one.',
  'auth.invalid_key': 'The key is unknown, has expired or was revoked. Create another one.',
  'auth.invalid_credentials': 'Check the address and the password. Repeated failures are slowed down.',
  'auth.mfa_required': 'Send the code of the authenticator app, or a backup code, as `code`.',
  'auth.invalid_mfa_code': 'The code is wrong, has expired or was used before. Send the next one.',
  'auth.invalid_refresh_token': 'The token was used before, has expired or was revoked. Sign in again.',
  'auth.account_disabled': 'An administrator has disabled the account.',
  'auth.email_not_verified': 'Open the link in the email, or request another one.',
  'auth.fresh_sign_in_required': 'Sign in as a person. API keys cannot do this.',
  'auth.invalid_one_time_token':
    'The link was used, has expired or was replaced by a newer one. Request another one.',
  'auth.weak_password': '`errors` lists the rules that the password does not meet.',
  'auth.email_taken': 'Sign in, or reset the password of that account.',
  'registration.closed': 'Ask an administrator of the installation for an account.',
  'auth.mfa_not_enabled': 'Set up a second factor first.',
  'auth.mfa_already_enabled': 'Turn the second factor off before setting up another.',
  'auth.last_sign_in_method': 'Set a password or link another provider first.',
  'oauth.unknown_provider': '`GET /api/v1/auth/oauth/providers` lists the providers.',
  'oauth.failed': 'Start the sign-in again. The link may have expired or belong to another browser.',
  'oauth.cancelled': 'The person cancelled at the provider. Start again if that was a mistake.',
  'oauth.email_not_verified': 'Verify the address at the provider, then sign in again.',
  'oauth.account_not_verified':
    'Reset the password by email to verify that the address is yours, then sign in again.',
  'oauth.provider_unreachable': 'Try again later.',
  'access.denied': 'Ask an owner or admin of the team for a higher role.',
  'access.scope_missing': 'Create an API key with the scope that the route needs.',
  'access.origin_denied': 'The operator lists allowed origins in `CORS_ORIGINS`.',
  'admin.own_account': 'Ask another administrator.',
  'resource.not_found':
    'It does not exist, was deleted, or belongs to another team. `X-Team-Id` selects the team.',
  'resource.conflict':
    'The current state does not allow this; `detail` has the reason. Get the resource again.',
  'resource.exists': 'Use the existing one, or choose another name.',
  'resource.stale': 'Get it again, apply your change to the new version, and send its ETag in `If-Match`.',
  'team.last_owner': 'Transfer the team to another member first.',
  'team.personal': 'Create a shared team instead.',
  'invitation.invalid': 'The invitation was used, was revoked or has expired. Ask for a new one.',
  'plan.limit_reached': 'Remove something, wait for `Retry-After` if it is set, or change the plan.',
  'mail.recipient_not_allowed': 'Send to members of the team, or to people with a verified account.',
  'idempotency.mismatch': 'Use a new key for a different request.',
  'idempotency.secret_not_replayed':
    'The first request succeeded, but its secret is shown only once. Create another one if you lost it.',
  'rate.limited': 'Wait for the time in `Retry-After`.',
  'outbound.blocked':
    'Only public addresses are allowed. The operator can allow others with `OUTBOUND_ALLOW_HOSTS`.',
  'outbound.failed': 'Try again later, or check the address.',
  'outbound.redirect_refused':
    'The response redirects to another host, which would get the body. Call that URL directly.',
  'service.unavailable': 'Wait for the time in `Retry-After`, then repeat the request.',
  'workflow.in_use':
    '`errors` lists the workflows that use it. Change them, or delete it with `?force=true`.',
  'workflow.invalid': '`errors` lists every problem. The codes are [below](#problems-of-workflows).',
  'run.invalid_input': '`errors` lists what does not match `inputs` of the definition.',
  'run.bad_concurrency_key': 'The expression `settings.concurrency.key` failed for this input.',
  'run.changed_nodes': 'Rerun from an earlier node, or use the version of the original run.',
  'integration.in_use':
    '`errors` lists the workflows that use the integration. Change them first, or delete it with `?force=true`.',
  'integration.no_test':
    'Set `config.testUrl`. A webhook secret is not sent to a service, so it cannot be tested.',
  'integration.no_consent': 'Only integrations of `oauth2.authorization-code` are connected by consent.',
  'integration.connect_failed': 'Start again with `GET /users/integrations/{id}/connect`, in one browser.',
  'credential.not_found': 'Use the id or name of an integration of this team.',
  'credential.unusable':
    'The type of the integration is not suitable. `GET /users/integrations/types` lists what each type can do.',
  'credential.host_not_allowed':
    'Change the URL, or `allowedHosts` of the integration. Plain http is not allowed.',
  'credential.needs_reconnect': 'An admin of the team must connect the integration again.',
  'credential.refused': 'Check the secrets of the integration, then test it.',
  'credential.no_token': 'The token endpoint did not respond as expected. Try again.',
  'credential.unreadable':
    'Set the secret again, or restore the key in `SECRETS_KEYS` that it was encrypted with.',
  'run.too_many_descendants': 'Start fewer sub-workflows from one run. `detail` has the limit.',
  'run.retried': '`runId` is the retry. Continue with that run.',
  'run.rerun': '`runId` is the rerun. Send `onlyLatest: false` to rerun it again.',
  'run.compensated': '`runId` is the compensation. Retry that run if it has failed.',
  'run.unreadable': 'Stored data is damaged. Tell the operator.',
  'run.failed':
    'The request waited for the result, but the run ended with an error. Get the run for details.',
  'hook.unauthorized': 'Check the secret and how the sender signs. The team sees refused deliveries.',
  'hook.missing_id': 'Send the header in `idHeader` of the trigger.',
  'hook.not_configured': 'Set the secret of the trigger.',
  'agent.thread_busy':
    'Wait for the run in `runId` to end, or cancel it. With `queue: true`, the call waits in line.',
  'agent.thread_full': 'Create a new thread, or delete this one.',
  'agent.question_too_large': 'Send long content as a file of the team (`files`).',
  'run.queue_full': 'Wait for other runs of the workflow to end, or change `whenFull`.',
  'model.not_configured':
    '`detail` has the required setting: an integration of the team, or a key of the platform.',
  'model.too_large': '`detail` has both counts. Shorten the prompt, or use a model with a larger context.',
  'agent.unknown_capability':
    'Omit `capability` and describe the work in `prompt`. Capabilities that can be called are not there yet.',
  'file.not_found': 'Check the id or name. A deleted file can be restored for 7 days.',
  'file.invalid_name':
    'Use `/` between folders, at most 255 bytes for each, and no control characters, `..` or backslashes.',
  'file.name_taken': 'Choose another name, or upload with `onConflict=version` or `onConflict=rename`.',
  'file.empty': 'Send at least one byte.',
  'file.too_large': '`detail` has the limit. Split the file, or compress it.',
  'file.unsupported_type': 'Use a supported extension; `detail` lists them. A zip file can contain others.',
  'file.forbidden_type': 'Send documents without macros. Programs are not allowed.',
  'file.type_mismatch':
    'Extension and content must agree: text in UTF-8 or UTF-16, everything else by its first bytes. Correct the extension.',
  'file.checksum_mismatch':
    'The content was damaged in transit, or the checksum belongs to another file. Send it again.',
  'file.link_expired': 'Ask the person who sent you the link for a new one.',
  'file.range_not_satisfiable': '`Content-Range` has the size of the file.',
  'deployment.invalid_source': 'The detail contains the file and the problem.',
  'deployment.source_gone':
    'The plan limits how long file versions are kept. Deploy from an existing source.',
  'deployment.too_large':
    'Leave files out, or split the site. `GET /deployments/platforms` lists the limits.',
  'deployment.unsupported': '`GET /deployments/platforms` lists what each platform can do.',
  'deployment.limit_reached':
    'Wait until the platform accepts more. Set `settings.freePlan: false` if the limits of its free plan do not apply.',
  'deployment.unauthorized': 'Set the secrets of the integration again, then test it.',
  'deployment.forbidden': 'Give the token or key the permission in the detail.',
  'deployment.project_not_found':
    'Check `project`, and that the token has access to it. The project must exist on the platform.',
  'deployment.conflict':
    'Another change of the project is in progress. A deployment retries automatically; repeat other requests.',
  'deployment.refused': 'The detail says what the platform rejects.',
  'deployment.rate_limited': 'It is retried automatically, at the rate that the platform allows.',
  'deployment.platform_failed':
    'It is retried automatically. If it persists, check the status page of the platform.',
  'deployment.timeout': 'Check the platform. `POST /deployments/{id}/refresh` gets its status again.',
  'deployment.cancelled': 'It has ended. Redeploy it to start again.',
  'cost.rate_missing':
    'Ask a platform administrator to load the rate of the day, or send the cost in dollars.',
  'task.status_not_allowed':
    '`detail` has the current status. Get the task and choose an action that it allows.',
  'task.lease_lost':
    'Stop working on the task: its lease has expired, or the task was ended. Claim another one.',
  'task.lease_expired': 'Claim the task again. Report progress more often, or ask for a longer lease.',
  'job.status_not_allowed': '`errors` lists the statuses that the job can change to.',
  internal: 'A bug or failure of the service. Give the operator the `requestId`.',
}
