// Public routes. The token identifies the user and the kind of mails to turn off, and allows nothing else.
import { answerPage } from '../../../http/html-page.ts'
import { doc } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { askingPage, donePage } from '../page.ts'
import { HtmlPage } from '../schema.ts'
import { openUnsubscribe, unsubscribe } from '../service/settings.ts'

export const unsubscribeRoutes = router()
  .get(
    '/unsubscribe/:token',
    limitByAddress,
    doc('users.notifications.openUnsubscribe', 'Page of an unsubscribe link', 200, HtmlPage, {
      mediaType: 'text/html',
      description: 'Opening it changes nothing.',
    }),
    async (c) => {
      const { kind } = await openUnsubscribe(c.var.request, c.req.param('token'))
      return answerPage(c, await askingPage(kind))
    },
  )
  .post(
    '/unsubscribe/:token',
    limitByAddress,
    doc('users.notifications.unsubscribe', 'Unsubscribe from a kind of email', 200, HtmlPage, {
      mediaType: 'text/html',
    }),
    async (c) => {
      const { kind } = await unsubscribe(c.var.request, c.req.param('token'))
      return answerPage(c, await donePage(kind))
    },
  )
