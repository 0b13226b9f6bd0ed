import type { RequestContext } from '../../context.ts'
import { loadSettings } from '../../db/platform-settings.ts'
import { type Attachment, createMailer } from '../../providers/mail/index.ts'
import type { MailSend } from '../../queue/messages/mail.ts'
import { beginOnce } from '../../queue/outbox.ts'
import { openVersion } from '../files/index.ts'
import { insertStoredMail } from './repo.ts'

/**
 * Sends a mail. Without a mail service, it stores the mail in the mailbox, so development shows what production would send. A
 * mail that may have been sent before a crash is not sent again.
 */
export async function sendMail(request: RequestContext, mail: MailSend, outboxId: string): Promise<void> {
  const { env, settings, now, log } = request
  const { attachments = [], ...rest } = mail
  const files: Attachment[] = []
  for (const one of attachments) files.push(await read(request, one))
  const { mailFrom } = await loadSettings(env.DB)
  const mailer = createMailer(env, mailFrom === undefined ? settings : { ...settings, MAIL_FROM: mailFrom })
  if (mailer !== null) {
    if (mailer.isRepeatable || (await beginOnce(env.DB, outboxId)))
      return mailer.send({ ...rest, attachments: files }, outboxId)
    log.warn('a mail was under way when its process ended, and is not sent again', { outboxId })
    return
  }
  const kept = files.map(({ filename, bytes }) => ({ filename, sizeBytes: bytes.length }))
  await insertStoredMail(env.DB, outboxId.replace(/^msg_/, 'mail_'), { ...rest, attachments: kept }, now())
}

async function read(
  request: RequestContext,
  { teamId, fileId, version, filename }: NonNullable<MailSend['attachments']>[number],
): Promise<Attachment> {
  const content = await openVersion(request, teamId, fileId, version)
  if (content === null) throw new Error(`The attachment ${fileId} is gone`)
  const bytes = new Uint8Array(await new Response(await content.open()).arrayBuffer())
  return { filename, contentType: content.contentType, bytes }
}
