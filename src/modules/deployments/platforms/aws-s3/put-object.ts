// Uploads one object of a bucket, for other modules. The content is read while it is sent, and its hash is part of
// the signature.
import { AppError } from '../../../../core/errors.ts'
import { StreamedBody } from '../../../../providers/outbound/index.ts'
import type { CredentialScope } from '../../../integrations/index.ts'
import { connect } from '../call.ts'
import { explainS3 } from './faults.ts'
import { encodeKey } from './rules.ts'

export const BUCKET_TYPE = 'aws-s3'

export type NewObject = {
  key: string
  contentType: string
  sizeBytes: number
  /** Hexadecimal. A store that receives other bytes refuses them. */
  sha256: string
  open: () => Promise<ReadableStream<Uint8Array>>
}

/** Less than the lease of a job, so that no second upload starts in the meantime. */
const TIMEOUT_MS = 100_000

/** Replaces an existing object with this key, so it may be repeated. `integration` is an id or a name. */
export async function putObject(
  scope: CredentialScope,
  integration: string,
  { key, contentType, sizeBytes, sha256, open }: NewObject,
): Promise<void> {
  const { call, credential } = await connect(scope, integration, { timeoutMs: TIMEOUT_MS })
  const { type, name, config, secrets } = credential
  if (type.type !== BUCKET_TYPE || type.baseUrl === undefined)
    throw new AppError('credential.unusable', {
      detail: `The integration "${name}" is of the type ${type.type}; a bucket needs ${BUCKET_TYPE}.`,
    })
  await call({
    method: 'PUT',
    url: `${type.baseUrl(config, secrets)}/${encodeKey(key)}`,
    headers: { 'content-type': contentType, 'x-amz-content-sha256': sha256 },
    body: new StreamedBody(sizeBytes, open),
    explain: explainS3(scope.now),
  })
}
