import { AppError } from '../../../core/errors.ts'
import { type CredentialScope, openCredential } from './open.ts'

/** The secrets for checking deliveries: the current one, and the one before a rotation while it is valid. */
export async function openWebhookSecrets(scope: CredentialScope, ref: string): Promise<string[]> {
  const { name, type, secrets, previous } = await openCredential(scope, ref)
  const field = type.webhookSecret
  const secret = field === undefined ? undefined : secrets[field]
  if (field === undefined || secret === undefined)
    throw new AppError('credential.unusable', {
      detail: `The integration "${name}" has no secret for webhooks.`,
    })
  const before = previous?.[field]
  return before === undefined || before === secret ? [secret] : [secret, before]
}
