// The meaning of refusals of an S3 store. Pure.
import { MINUTE_MS } from '../../../../core/clock.ts'
import { AppError } from '../../../../core/errors.ts'
import type { PlatformAnswer } from '../answer.ts'
import { textOf } from './xml.ts'

export const explainS3 =
  (now: () => number) =>
  ({ status, headers, text }: PlatformAnswer): AppError | null => {
    const code = textOf(text, 'Code')
    const reply = (textOf(text, 'Message') ?? '').slice(0, 300)
    const region = textOf(text, 'Region') ?? headers['x-amz-bucket-region'] ?? null
    const detailOf = (what: string): string => (reply === '' ? what : `${what} The store said: ${reply}`)
    if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed')
      return new AppError('deployment.refused', {
        detail: detailOf(
          region === null
            ? 'The bucket has another address. Check `region` and `endpoint` of the integration.'
            : `The bucket is in the region ${region}. Set \`region\` of the integration to it.`,
        ),
      })
    switch (code) {
      case 'RequestTimeTooSkewed':
        // Repeating it does not help.
        return new AppError('deployment.refused', { detail: detailOf(skewOf(text, headers, now())) })
      case 'SignatureDoesNotMatch':
        return new AppError('deployment.unauthorized', {
          detail: detailOf(
            `The signature is not valid. Check the secret access key of the integration.${driftOf(headers, now())}`,
          ),
        })
      case 'InvalidAccessKeyId':
      case 'ExpiredToken':
      case 'InvalidToken':
        return new AppError('deployment.unauthorized', {
          detail: detailOf('The store does not accept the access key, or its session has expired.'),
        })
      case 'AccessDenied':
        return new AppError('deployment.forbidden', {
          detail: detailOf(
            'The access key lacks a permission: s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject, or s3:PutBucketWebsite.',
          ),
        })
      case 'NoSuchBucket':
        return new AppError('deployment.project_not_found', {
          detail: detailOf('The bucket does not exist. Check `bucket` and `endpoint` of the integration.'),
        })
      case 'EntityTooLarge':
        return new AppError('deployment.too_large', {
          detail: detailOf('A file is too large for the store.'),
        })
      case 'SlowDown':
      case 'RequestTimeout':
      case 'ServiceUnavailable':
      case 'InternalError':
        return new AppError('deployment.platform_failed', { detail: detailOf('The store is busy.') })
      case 'NotImplemented':
      case 'InvalidRequest':
        return new AppError('deployment.refused', {
          detail: detailOf(
            'The store does not support a part of the request. Try `settings.checksums: false`.',
          ),
        })
      default:
        return null
    }
  }

function skewOf(text: string, headers: Record<string, string>, now: number): string {
  const theirs = Date.parse(textOf(text, 'ServerTime') ?? headers.date ?? '')
  const minutes = Number.isNaN(theirs) ? null : Math.round(Math.abs(theirs - now) / MINUTE_MS)
  return `The clocks of this server and of the store differ${minutes === null ? '' : ` by ${minutes} minutes`}. Set the one that is wrong.`
}

/** Some servers refuse a wrong time as an invalid signature. */
function driftOf({ date = '' }: Record<string, string>, now: number): string {
  const minutes = Math.round(Math.abs(Date.parse(date) - now) / MINUTE_MS)
  return minutes >= 4 ? ` The clocks differ by ${minutes} minutes. This may be the cause.` : ''
}
