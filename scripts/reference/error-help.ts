// What each error means and what to do about it, for the reference. A new code in src/core/errors.ts needs its line here.
import type { ErrorCode } from '../../src/core/errors.ts'

export const ERROR_HELP: Record<ErrorCode, string> = {
  'request.malformed': 'A header or the body could not be read. Check the encoding and `Content-Length`.',
  'request.malformed_json': 'Send valid JSON with `Content-Type: application/json`.',
  'request.too_deep': 'Nest the JSON less deeply.',
  'request.forbidden_key': '`__proto__`, `constructor` and `prototype` cannot be keys.',
  'request.duplicate_key': 'Give each key of an object once.',
  'request.invalid_cursor':
    'Use `nextCursor` of the same list with the same filters, or start without a cursor.',
  'request.invalid': '`errors` lists each field that is wrong, with its path.',
  'request.upgrade_required': 'Connect with a WebSocket client.',
  'request.too_large': 'Send less. The limit of the route is in `detail`.',
  'request.unsupported_media_type': 'Set `Content-Type` to a type that the route documents.',
  'route.not_found': 'Check the path against the API reference.',
  'route.method_not_allowed': 'The header `Allow` lists the methods of this path.',
  'auth.required': 'Send `Authorization: Bearer` with an access token, or `X-API-Key`.',
  'auth.invalid_token':
    'The token has expired or was revoked. Get a new one with the refresh token, or sign in again.',
  'auth.invalid_ticket':
    'A ticket opens one socket, within 30 seconds, from the page that asked for it. Ask for another.',
  'auth.invalid_key': 'The key is unknown, has expired or was revoked. Create another.',
  'auth.invalid_credentials': 'Check the address and the password. Repeated failures are slowed down.',
  'auth.mfa_required': 'Send the code of the authenticator app, or a backup code, as `code`.',
  'auth.invalid_mfa_code': 'The code is wrong, has expired or was used before. Send the next one.',
  'auth.invalid_refresh_token': 'The token was used before, has expired or was revoked. Sign in again.',
  'auth.account_disabled': 'An administrator has disabled the account.',
  'auth.email_not_verified': 'Open the link in the mail, or ask for another one.',
  'auth.fresh_sign_in_required': 'Sign in as a person. API keys cannot do this.',
  'auth.invalid_one_time_token':
    'The link was used, has expired or was replaced by a newer one. Ask for another.',
  'auth.weak_password': '`errors` names the rules that the password breaks.',
  'auth.email_taken': 'Sign in, or reset the password of that account.',
  'registration.closed': 'Ask an administrator of the installation for an account.',
  'auth.mfa_not_enabled': 'Set up a second factor first.',
  'auth.mfa_already_enabled': 'Turn the second factor off before setting up another.',
  'auth.last_sign_in_method': 'Set a password or link another provider first.',
  'oauth.unknown_provider': '`GET /api/v1/auth/oauth/providers` lists the providers.',
  'oauth.failed': 'Start the sign-in again. The link may be old, or belong to another browser.',
  'oauth.cancelled': 'The person refused at the provider. Start again if that was a mistake.',
  'oauth.email_not_verified': 'Verify the address at the provider, then sign in again.',
  'oauth.account_not_verified':
    'Reset the password by mail to prove that the address is yours, then sign in again.',
  'oauth.provider_unreachable': 'Try again later.',
  'access.denied': 'Ask an owner or admin of the team for a higher role.',
  'access.scope_missing': 'Create an API key with the scope that the route needs.',
  'access.origin_denied': 'The operator lists allowed origins in `CORS_ORIGINS`.',
  'admin.own_account': 'Let another administrator do it.',
  'resource.not_found':
    'It does not exist, was deleted, or belongs to another team. `X-Team-Id` selects the team.',
  'resource.conflict': 'Read the resource again: its state does not allow this. `detail` says why.',
  'resource.exists': 'Use the existing one, or choose another name.',
  'resource.stale': 'Read it again, apply your change to that, and send the new ETag in `If-Match`.',
  'team.last_owner': 'Make somebody else an owner first.',
  'team.personal': 'Create a team for that.',
  'invitation.invalid': 'The invitation was used, withdrawn or has expired. Ask for another.',
  'plan.limit_reached': 'Remove something, wait until `Retry-After` where it is set, or change the plan.',
  'mail.recipient_not_allowed': 'Send to members of the team, or to people with a verified account.',
  'idempotency.mismatch': 'Use a new key for a different request.',
  'idempotency.secret_not_replayed':
    'The first request succeeded, but its secret is shown once only. Create another one if you lost it.',
  'rate.limited': 'Wait as long as `Retry-After` says.',
  'outbound.blocked':
    'Only public addresses may be called. The operator can allow others with `OUTBOUND_ALLOW_HOSTS`.',
  'outbound.failed': 'Try again later, or check the address.',
  'outbound.redirect_refused':
    'The answer leads to another host, which would get the body. Call that address directly.',
  'service.unavailable': 'Wait as long as `Retry-After` says, then send the same request again.',
  'workflow.in_use':
    '`errors` names the workflows that use it. Change them, or delete it with `?force=true`.',
  'workflow.invalid': '`errors` lists every problem. The codes are [below](#problems-of-workflows).',
  'run.invalid_input': '`errors` lists what does not fit `inputs` of the definition.',
  'run.bad_concurrency_key': 'The expression `settings.concurrency.key` failed for this input.',
  'run.changed_nodes': 'Rerun from an earlier node, or with the version of the run.',
  'integration.in_use':
    '`errors` lists the workflows that name the integration. Change them first, or delete it with `?force=true`.',
  'integration.no_test': 'Set `config.testUrl`. A webhook secret is sent nowhere and cannot be tested.',
  'integration.no_consent': 'Only integrations of `oauth2.authorization-code` are connected by consent.',
  'integration.connect_failed': 'Start again with `GET /users/integrations/{id}/connect`, in one browser.',
  'credential.not_found': 'Name an integration of the team by id or name. Another team’s is never found.',
  'credential.unusable':
    'The type of the integration does not fit. `GET /users/integrations/types` says what each can do.',
  'credential.host_not_allowed':
    'Change the URL, or `allowedHosts` of the integration. Plain http is refused.',
  'credential.needs_reconnect': 'An admin of the team connects the integration again.',
  'credential.refused': 'Check the secrets of the integration, then test it.',
  'credential.no_token': 'The token endpoint did not answer as expected. Try again.',
  'credential.unreadable':
    'Set the secret again, or put back the key in `SECRETS_KEYS` that it was sealed with.',
  'run.too_many_descendants': 'Start fewer sub-workflows from one run. `detail` has the limit.',
  'run.retried': '`runId` names the retry. Go on with that run.',
  'run.rerun': '`runId` names the rerun. Send `onlyLatest: false` to rerun it once more.',
  'run.compensated': '`runId` names the compensation. Retry that run when it has failed.',
  'run.unreadable': 'Stored data is damaged. Tell the operator.',
  'run.failed': 'The run ended with an error, and the request waited for its result. Read the run.',
  'hook.unauthorized': 'Check the secret and how the sender signs. The team sees refused deliveries.',
  'hook.missing_id': 'Send the header that `idHeader` of the trigger names.',
  'hook.not_configured': 'Set the secret of the trigger.',
  'agent.thread_busy':
    'Wait for the run in `runId` to end, or cancel it. With `queue: true` the call waits in line.',
  'run.queue_full': 'Wait for other runs of the workflow to end, or change `whenFull`.',
  'model.not_configured': '`detail` names the setting: an integration of the team, or a key of the platform.',
  'model.too_large': '`detail` has both counts. Shorten the prompt, or name a model with a larger context.',
  'agent.unknown_capability':
    'Leave out `capability` and say in `prompt` what is wanted. Capabilities that can be called are not there yet.',
  'file.not_found': 'Check the id or name. A deleted file can be restored for 7 days.',
  'file.invalid_name':
    'Use `/` between folders, at most 255 bytes for each, and no control characters, `..` or backslashes.',
  'file.name_taken': 'Choose another name, or upload with `onConflict=version` or `onConflict=rename`.',
  'file.empty': 'Send at least one byte.',
  'file.too_large': '`detail` has the limit. Split the file, or compress it.',
  'file.unsupported_type':
    'Give the name an extension that is taken; `detail` lists them. A zip may hold others.',
  'file.forbidden_type': 'Send documents without macros, and no programs.',
  'file.type_mismatch':
    'Extension and content must agree: text in UTF-8 or UTF-16, everything else by its first bytes. Correct the extension.',
  'file.checksum_mismatch':
    'The content was damaged on its way, or the checksum is of another file. Send it again.',
  'file.link_expired': 'Ask who gave you the link for another one.',
  'file.range_not_satisfiable': '`Content-Range` has the size of the file.',
  'deployment.invalid_source': 'The detail names the file and what is wrong with it.',
  'deployment.source_gone':
    'Versions of files are kept as long as the plan says. Deploy from a source that is there.',
  'deployment.too_large':
    'Leave files out, or split the site. `GET /deployments/platforms` lists the limits.',
  'deployment.unsupported': '`GET /deployments/platforms` says what each platform can do.',
  'deployment.limit_reached':
    'Wait until the platform takes more. `settings.freePlan: false` says that the limits of its free plan do not hold.',
  'deployment.unauthorized': 'Set the secrets of the integration anew, then test it.',
  'deployment.forbidden': 'Give the token or key the permission that the detail names.',
  'deployment.project_not_found':
    'Check `project`, and that the token may see it. It has to exist on the platform.',
  'deployment.conflict':
    'Somebody else changes the project. It is tried again; otherwise send the request again.',
  'deployment.refused': 'The detail says what the platform does not take.',
  'deployment.rate_limited': 'It is tried again by itself, as the platform asks.',
  'deployment.platform_failed':
    'It is tried again by itself. Look at the status page of the platform when it lasts.',
  'deployment.timeout': 'Look at the platform. `POST /deployments/{id}/refresh` asks it again.',
  'deployment.cancelled': 'It has ended. Redeploy it to start again.',
  'cost.rate_missing':
    'Ask a platform administrator to load the rate of the day, or send the cost in dollars.',
  'task.status_not_allowed':
    '`detail` says the status that the task has now. Read the task, and do what fits.',
  'task.lease_lost':
    'Stop working on the task: its lease has run out, or somebody has ended it. Claim another one.',
  'job.status_not_allowed': '`errors` lists the statuses that the job can change to.',
  internal: 'Our fault. Tell the operator the `requestId`.',
}
