import { ERRORS, type ErrorCode } from '../../src/core/errors.ts'
import { ERROR_HELP } from './error-help.ts'
import { code, markdownTable } from './schema-table.ts'
import { PROBLEM_CODES, RUN_CODES } from './workflow-codes.ts'

const EXAMPLE = {
  type: 'urn:orrery:problem:request.invalid',
  title: ERRORS['request.invalid'].title,
  status: ERRORS['request.invalid'].status,
  detail: '/name: Must not be empty.',
  code: 'request.invalid' satisfies ErrorCode,
  requestId: 'req_01k0000000000000000000000',
  errors: [{ path: '/name', message: 'Must not be empty', code: 'too_small' }],
}

export function errorsPage(): string {
  const codes = Object.keys(ERRORS) as ErrorCode[]
  return `# Errors

The response to a failed request is a problem (RFC 9457) with the content type \`application/problem+json\`. Programs should check \`code\`, whose
meaning never changes. \`detail\` is for people. \`requestId\` is also in the header \`X-Request-Id\` and in the log.

\`\`\`json
${JSON.stringify(EXAMPLE, null, 2)}
\`\`\`

A request that failed with a retryable code can be repeated unchanged, after the time in \`Retry-After\` if that header is set. With an
\`Idempotency-Key\`, repeating is safe for every request that creates or starts something.

## Codes of the API

${markdownTable(
  ['Code', 'Status', 'Retry', 'Meaning', 'What to do'],
  codes.map((one) => {
    const { status, title, retryable } = ERRORS[one]
    return [code(one), String(status), retryable ? 'yes' : 'no', `${title}.`, ERROR_HELP[one]]
  }),
)}

## Problems of workflows

\`workflow.invalid\` lists them in \`errors\`, and \`POST /api/v1/workflows/validate\` in \`problems\`, all at once.

${tableOfCodes(PROBLEM_CODES)}

## Errors of nodes and runs

A node or a run that failed has an \`error\` with one of these codes, one of the API's codes, or the code of a \`flow.fail\` node.

${tableOfCodes(RUN_CODES)}
`
}

const tableOfCodes = (codes: Record<string, string>): string =>
  markdownTable(
    ['Code', 'Meaning'],
    Object.entries(codes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([one, meaning]) => [code(one), meaning]),
  )
