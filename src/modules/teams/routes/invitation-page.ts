import { answerPage } from '../../../http/html-page.ts'
import { doc } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { invitationPage } from '../pages/invitation.ts'
import { HtmlPage } from '../schema/invitation.ts'

/** Routes at the root, like the other pages that mails link to. */
export const invitationPageRoutes = router().get(
  '/account/invitation',
  limitByAddress,
  doc('invitations.openPage', 'Page for accepting an invitation', 200, HtmlPage, {
    mediaType: 'text/html',
  }),
  async (c) => answerPage(c, await invitationPage()),
)
