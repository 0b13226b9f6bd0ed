import { doc } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { invitationPage } from '../pages/invitation.ts'
import { HtmlPage } from '../schema/invitation.ts'

/** Routes at the root, like the other pages that mails link to. */
export const invitationPageRoutes = router().get(
  '/account/invitation',
  limitByAddress,
  doc('Page for accepting an invitation', 200, HtmlPage, {
    mediaType: 'text/html',
  }),
  async (c) => {
    const { html, contentSecurityPolicy } = await invitationPage()
    return c.html(html, 200, { 'content-security-policy': contentSecurityPolicy })
  },
)
