// Public: the token in the address says who decides, and what.
import type { Context } from 'hono'
import { AppError } from '../../../core/errors.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { doc, takeText } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import type { LinkRow } from '../repo/links.ts'
import { ApprovalAnswer, DecideApproval, HtmlPage } from '../schema.ts'
import { readDecision } from '../service/form.ts'
import { decideByLink, openLink } from '../service/links.ts'
import { askingPage, refusingPage, type Shown, thankingPage } from '../service/page.ts'

const FORM = 'application/x-www-form-urlencoded'
const MOST_BYTES = 262_144
const PAGES_OF_PROBLEMS = { '4XX': 'A problem, or for who accepts text/html a page that says it' }

function show(c: Context<AppEnv>, { html, contentSecurityPolicy }: Shown, status = 200): Response {
  c.status(status as 200)
  return c.html(html, undefined, { 'content-security-policy': contentSecurityPolicy })
}

/** A browser shows its person a page, also of what has gone wrong; anybody else is answered with a problem. */
const isBrowser = (c: Context<AppEnv>): boolean => /\btext\/html\b/i.test(c.req.header('accept') ?? '')

async function asPage(c: Context<AppEnv>, error: unknown, again?: Asked): Promise<Response> {
  if (!(error instanceof AppError) || !isBrowser(c) || error.status >= 500) throw error
  const mayMend = again !== undefined && error.code === 'request.invalid'
  const shown = mayMend ? askingPage(again.row, { sent: again.sent, error }) : refusingPage(error)
  return show(c, await shown, error.status)
}

type Asked = { row: LinkRow; sent: URLSearchParams }

export const approvalLinkRoutes = router()
  .get(
    '/:token',
    limitByAddress,
    doc('The page that asks for an approval; looking at it decides nothing', 200, HtmlPage, {
      mediaType: 'text/html',
      otherAnswers: PAGES_OF_PROBLEMS,
    }),
    async (c) => {
      try {
        return show(c, await askingPage(await openLink(c.var.request, c.req.param('token'))))
      } catch (error) {
        return asPage(c, error)
      }
    },
  )
  .post(
    '/:token',
    limitByAddress,
    doc('Approve or reject by a link that was mailed', 200, ApprovalAnswer, {
      otherMediaTypes: ['text/html'],
      otherAnswers: PAGES_OF_PROBLEMS,
      description:
        'JSON, or the form of the page with the data in fields `data.<name>`; a form is answered with a page, and so is whoever accepts text/html when something is wrong: with what was typed, to be mended. A link is good once.',
    }),
    takeText(DecideApproval, [FORM], MOST_BYTES),
    async (c) => {
      const token = c.req.param('token')
      const type = c.req.header('content-type') ?? ''
      const isForm = type.toLowerCase().startsWith(FORM)
      let asked: Asked | undefined
      try {
        const row = await openLink(c.var.request, token)
        const text = await c.req.text()
        if (isForm) asked = { row, sent: new URLSearchParams(text) }
        const answer = await decideByLink(c.var.request, token, readDecision(text, type, row.form))
        return isForm ? show(c, await thankingPage(answer.decision, answer.status)) : c.json(answer)
      } catch (error) {
        return asPage(c, error, asked)
      }
    },
  )
