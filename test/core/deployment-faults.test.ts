// The handling of a platform's refusals: each is retried, or says what to fix.
import { expect, test } from 'vitest'
import { ERRORS } from '../../src/core/errors.ts'
import { explainS3 } from '../../src/modules/deployments/platforms/aws-s3/faults.ts'
import { retryAfterOf, statusFault } from '../../src/modules/deployments/platforms/faults.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const REQUEST = { method: 'PUT', url: 'https://api.example.com/v1/x' }

const answer = (status: number, text = '', headers: Record<string, string> = {}) => ({
  ...{ status, text, headers },
  json: text.startsWith('{') ? JSON.parse(text) : null,
})

test.each([
  [401, 'deployment.unauthorized', false, /Set new secrets/],
  [403, 'deployment.forbidden', false, /permission/],
  [404, 'deployment.project_not_found', false, /Check `project`/],
  [409, 'deployment.conflict', true, /Another change of the project/],
  [413, 'deployment.too_large', false, /too large/],
  [422, 'deployment.refused', false, /rejected the request/],
  [429, 'deployment.rate_limited', true, /reached its rate limit/],
  [408, 'deployment.rate_limited', true, /reached its rate limit/],
  [500, 'deployment.platform_failed', true, /has a problem/],
  [503, 'deployment.platform_failed', true, /has a problem/],
  [418, 'deployment.refused', false, /rejected the request/],
] as const)('%i is %s', (status, code, retryable, words) => {
  const fault = statusFault(REQUEST, answer(status, '{"message":"Its own words"}'), NOW)
  expect([fault.code, ERRORS[fault.code].retryable ?? false]).toEqual([code, retryable])
  expect(fault.detail).toMatch(words)
  expect(fault.detail).toContain('api.example.com said: Its own words')
})

test.each([
  [{ 'retry-after': '30' }, 30],
  [{ 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT' }, 60],
  [{ 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
  [{ 'retry-after': '999999' }, 3_600],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 90) }, 90],
  [{ 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': String(NOW / 1_000 + 90) }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{}, undefined],
])('%j asks to wait %s seconds', (headers, seconds) => {
  expect(retryAfterOf({ headers: headers as Record<string, string> }, NOW)).toBe(seconds)
  const fault = statusFault(REQUEST, answer(429, '', headers as Record<string, string>), NOW)
  expect(fault.retryAfterSeconds).toBe(seconds)
})

const error = (code: string, more = '') => `<?xml version="1.0"?><Error><Code>${code}</Code>${more}</Error>`
const late = 'Sun, 01 Mar 2026 12:05:10 GMT'

test.each([
  [
    'a clock that is five minutes off',
    403,
    error('RequestTimeTooSkewed', '<ServerTime>2026-03-01T12:05:10Z</ServerTime>'),
    {},
    'deployment.refused',
    /differ by 5 minutes/,
  ],
  [
    'one whose time stands in a header',
    403,
    error('RequestTimeTooSkewed'),
    { date: late },
    'deployment.refused',
    /differ by 5 minutes/,
  ],
  [
    'a wrong signature',
    403,
    error('SignatureDoesNotMatch'),
    { date: 'Sun, 01 Mar 2026 12:00:10 GMT' },
    'deployment.unauthorized',
    /^(?!.*minutes)/s,
  ],
  [
    'one that the clock explains',
    403,
    error('SignatureDoesNotMatch'),
    { date: late },
    'deployment.unauthorized',
    /clocks differ by 5 minutes/,
  ],
  [
    'a bucket in another region',
    301,
    error('PermanentRedirect'),
    { 'x-amz-bucket-region': 'eu-west-1' },
    'deployment.refused',
    /in the region eu-west-1/,
  ],
  [
    'a signature for another region',
    400,
    error('AuthorizationHeaderMalformed', '<Region>us-east-2</Region>'),
    {},
    'deployment.refused',
    /in the region us-east-2/,
  ],
  ['a redirect without a word', 307, '', {}, 'deployment.refused', /`region` and `endpoint`/],
  ['an unknown key', 403, error('InvalidAccessKeyId'), {}, 'deployment.unauthorized', /access key/],
  ['a right that is missing', 403, error('AccessDenied'), {}, 'deployment.forbidden', /s3:PutObject/],
  ['no bucket', 404, error('NoSuchBucket'), {}, 'deployment.project_not_found', /`bucket`/],
  ['a busy store', 503, error('SlowDown'), {}, 'deployment.platform_failed', /busy/],
  ['an older store', 501, error('NotImplemented'), {}, 'deployment.refused', /checksums: false/],
] as const)('a store means %s', (_what, status, text, headers, code, words) => {
  const fault = explainS3(() => NOW)(answer(status, text, headers as Record<string, string>))
  expect(fault?.code).toBe(code)
  expect(fault?.detail).toMatch(words)
})
