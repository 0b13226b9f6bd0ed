// Requests to the API of GitHub, and its errors.
import { AppError } from '../../../../core/errors.ts'
import type { Json } from '../../../../core/json.ts'
import type { StreamedBody } from '../../../../providers/outbound/index.ts'
import type { Explain, PlatformAnswer } from '../answer.ts'
import { replyOf, retryAfterOf } from '../faults.ts'
import type { Site } from '../platform.ts'
import type { Fields } from '../shared.ts'

type Asked = {
  method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  json?: Fields
  body?: StreamedBody
  also?: number[]
}

export const ask = (site: Site, { method = 'GET', path, json, body, also }: Asked): Promise<PlatformAnswer> =>
  site.call({
    method,
    url: `${site.baseUrl}/repos/${site.project}${path}`,
    headers: {
      ...{ accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { json: json as Json }),
    ...(body === undefined ? {} : { body }),
    ...(also === undefined ? {} : { also }),
    explain: explainGitHub(site.now),
  })

const SECOND_LIMIT_WAIT_S = 60

const explainGitHub =
  (now: () => number): Explain =>
  (answer) => {
    const reply = replyOf(answer)
    const isLimited = /secondary rate limit|abuse detection|rate limit exceeded/i.test(reply)
    const hasNone = answer.headers['x-ratelimit-remaining'] === '0'
    if ((answer.status === 403 || answer.status === 429) && (isLimited || hasNone))
      return new AppError('deployment.rate_limited', {
        detail: `GitHub has reached its rate limit: ${reply}`,
        retryAfterSeconds: retryAfterOf(answer, now()) ?? SECOND_LIMIT_WAIT_S,
      })
    if (answer.status === 403)
      return new AppError('deployment.forbidden', {
        detail: `The token lacks a permission. It needs Contents: write and Pages: write for the repository. GitHub responded: ${reply}`,
      })
    if (answer.status === 422 && /fast.forward|already exists|reference/i.test(reply))
      return new AppError('deployment.conflict', {
        detail: `The branch has changed in the meantime. Deploy again. GitHub responded: ${reply}`,
      })
    if (answer.status === 409 && /empty/i.test(reply))
      return new AppError('deployment.refused', {
        detail: 'The repository is empty. Make a first commit in it, such as a README, then deploy again.',
      })
    return null
  }
