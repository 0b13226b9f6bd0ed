// Public routes. The token in the URL identifies the person and the approval.
import type { Context } from 'hono'
import { AppError } from '../../../core/errors.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { answerPage, isBrowser } from '../../../http/html-page.ts'
import { doc, takeText } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { questionPage, refusalPage, thanksPage } from '../pages/approval.ts'
import type { LinkRow } from '../repo/links.ts'
import { ApprovalAnswer, DecideApproval, HtmlPage } from '../schema.ts'
import { readDecision } from '../service/form.ts'
import { decideByLink, openLink } from '../service/links.ts'

const FORM = 'application/x-www-form-urlencoded'
const MAX_BYTES = 262_144
const PAGES_OF_PROBLEMS = { '4XX': 'A problem, or a page for clients that accept text/html' }

async function asPage(c: Context<AppEnv>, error: unknown, again?: Asked): Promise<Response> {
  if (!(error instanceof AppError) || !isBrowser(c) || error.status >= 500) throw error
  const mayCorrect = again !== undefined && error.code === 'request.invalid'
  const shown = mayCorrect ? questionPage(again.row, { sent: again.sent, error }) : refusalPage(error)
  return answerPage(c, await shown, error.status)
}

type Asked = { row: LinkRow; sent: URLSearchParams }

export const approvalLinkRoutes = router()
  .get(
    '/:token',
    limitByAddress,
    doc('approvals.openPage', 'Page that asks for a decision; opening it decides nothing', 200, HtmlPage, {
      mediaType: 'text/html',
      otherAnswers: PAGES_OF_PROBLEMS,
    }),
    async (c) => {
      try {
        return answerPage(c, await questionPage(await openLink(c.var.request, c.req.param('token'))))
      } catch (error) {
        return asPage(c, error)
      }
    },
  )
  .post(
    '/:token',
    limitByAddress,
    doc('approvals.decideByLink', 'Approve or reject with a link from an email', 200, ApprovalAnswer, {
      otherMediaTypes: ['text/html'],
      otherAnswers: PAGES_OF_PROBLEMS,
      description:
        'Accepts JSON, or the form of the page with the data in fields named `data.<name>`. A form gets a page as its response, and so does a client that accepts text/html if something is wrong: the page shows the entered values again. A link works once.',
    }),
    takeText(DecideApproval, [FORM], MAX_BYTES),
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
        return isForm ? answerPage(c, await thanksPage(answer.decision, answer.status)) : c.json(answer)
      } catch (error) {
        return asPage(c, error, asked)
      }
    },
  )
