import * as z from 'zod'

export const MailSend = z.object({
  type: z.literal('mail.send'),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string().optional(),
  /** The URL to unsubscribe from mails of this kind. Mail programs show it as a button. */
  unsubscribeUrl: z.string().optional(),
  /** Versions of files, which are read when the mail is sent. */
  attachments: z
    .array(
      z.object({
        teamId: z.string(),
        fileId: z.string(),
        version: z.int(),
        filename: z.string(),
        sizeBytes: z.int(),
      }),
    )
    .optional(),
})
export type MailSend = z.infer<typeof MailSend>
