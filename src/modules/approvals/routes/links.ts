// Public: the token in the address says who decides, and what.
import type { Context } from 'hono'
import type { AppEnv } from '../../../http/app-env.ts'
import { doc, takeText } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { ApprovalAnswer, DecideApproval, HtmlPage } from '../schema.ts'
import { readDecision } from '../service/form.ts'
import { decideByLink, openLink } from '../service/links.ts'
import { askingPage, type Shown, thankingPage } from '../service/page.ts'

const FORM = 'application/x-www-form-urlencoded'
const MOST_BYTES = 262_144

const show = (c: Context<AppEnv>, { html, contentSecurityPolicy }: Shown): Response =>
  c.html(html, 200, { 'content-security-policy': contentSecurityPolicy })

export const approvalLinkRoutes = router()
  .get(
    '/:token',
    limitByAddress,
    doc('The page that asks for an approval; looking at it decides nothing', 200, HtmlPage, {
      mediaType: 'text/html',
    }),
    async (c) => show(c, await askingPage(await openLink(c.var.request, c.req.param('token')))),
  )
  .post(
    '/:token',
    limitByAddress,
    doc('Approve or reject by a link that was mailed', 200, ApprovalAnswer, {
      otherMediaTypes: ['text/html'],
      description:
        'JSON, or the form of the page with the data in fields `data.<name>`; a form is answered with a page. A link is good once.',
    }),
    takeText(DecideApproval, [FORM], MOST_BYTES),
    async (c) => {
      const token = c.req.param('token')
      const type = c.req.header('content-type') ?? ''
      const { form } = await openLink(c.var.request, token)
      const answer = await decideByLink(c.var.request, token, readDecision(await c.req.text(), type, form))
      if (!type.toLowerCase().startsWith(FORM)) return c.json(answer)
      return show(c, await thankingPage(answer.decision, answer.status))
    },
  )
