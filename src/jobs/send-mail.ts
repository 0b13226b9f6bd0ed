import type * as z from 'zod'
import type { RequestContext } from '../context.ts'
import { createMailer } from '../providers/mail/index.ts'
import type { MailSend } from '../queue/messages.ts'

export const sendMail = (
  request: RequestContext,
  mail: z.infer<typeof MailSend>,
  outboxId: string,
): Promise<void> => createMailer(request.env, request.settings, request.now).send(mail, outboxId)
