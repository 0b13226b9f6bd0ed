import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/, 'not the name of a header')
/** A line break would begin another header. */
const HeaderValue = z
  .string()
  .max(8_000)
  .refine((text) => [...text].every((char) => char === '\t' || (char >= ' ' && char !== '\x7f')), {
    message: 'must not contain line breaks or control characters',
  })

export const flowRespond = pureNode({
  type: 'flow.respond',
  category: 'flow',
  summary:
    'Responds to the request that started the run. The run then continues. Only the first response of a run is sent.',
  params: z.strictObject({
    status: z
      .number()
      .int()
      .min(200)
      .max(599)
      .optional()
      .meta({ description: 'The HTTP status.', default: 200 }),
    headers: z.record(HeaderName, HeaderValue).optional().describe('The headers, by name.'),
    body: z
      .unknown()
      .optional()
      .describe('The body. Text is sent unchanged, anything else as JSON. Default: empty.'),
  }),
  output: 'The response: `{ status, headers, body }`.',
  example: { status: 202, body: { accepted: '{{ input.orderId }}' } },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params: { status = 200, headers = {}, body = null } }) => {
    const answer = { status, headers, body }
    return { output: answer, respond: answer }
  },
})
