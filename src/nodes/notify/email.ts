import * as z from 'zod'
import { FileParam, idOrNameOf } from '../file/ref.ts'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

const MAX_RECIPIENTS = 50
const MAX_ATTACHMENTS = 10
const Address = z.email().max(254)

export const notifyEmail = effectNode({
  type: 'notify.email',
  category: 'notify',
  summary:
    'Sends email in the name of the person who started the run, or else the owner of the team. That person’s address must be verified.',
  params: z.strictObject({
    to: z
      .union([Address, z.array(Address).min(1).max(MAX_RECIPIENTS)])
      .describe(
        `An address, or a list of at most ${MAX_RECIPIENTS}. Each recipient gets a separate email. On the plan free, only members of the team and verified addresses of accounts are allowed.`,
      ),
    subject: z
      .string()
      .min(1)
      .max(500)
      .refine((text) => !/[\r\n]/.test(text), { message: 'must not contain line breaks' })
      .describe('One line.'),
    text: z.string().max(100_000).describe('The email as plain text.'),
    attachments: z
      .array(FileParam)
      .max(MAX_ATTACHMENTS)
      .optional()
      .describe(`At most ${MAX_ATTACHMENTS} files, of 10 MB together.`),
    html: z.string().max(200_000).optional().describe('The email as HTML.'),
  }),
  output: '`{ to, subject }`: what was sent. A repeated attempt sends nothing twice.',
  example: { to: 'ada@example.com', subject: 'Order {{ input.orderId }}', text: 'It is on its way.' },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ notify }, { params, idempotencyKey }) => {
    const { to, subject, text, html, attachments } = params
    const recipients = [...new Set(typeof to === 'string' ? [to] : to)]
    await notify.email(
      {
        ...{ to: recipients, subject, text },
        ...(html === undefined ? {} : { html }),
        ...(attachments === undefined ? {} : { attachments: attachments.map(idOrNameOf) }),
      },
      idempotencyKey,
    )
    return { output: { to: recipients, subject } }
  },
})
