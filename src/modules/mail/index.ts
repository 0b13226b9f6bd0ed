import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { sendMail } from './send.ts'

export { countMail, deleteKeptMails } from './repo.ts'
export { sendTeamMail, type TeamMail, type TeamMailScope } from './service.ts'

/** How long mail is kept that was stored instead of sent. */
const MAILBOX_LIFE_MS = 30 * DAY_MS

export const mailModule = defineModule({
  name: 'mail',
  jobs: { 'mail.send': sendMail },
  expires: [{ table: 'mailbox', column: 'created_at', keepMs: MAILBOX_LIFE_MS }],
})
