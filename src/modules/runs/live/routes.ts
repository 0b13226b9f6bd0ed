// A page that follows a run. It is at the root and exists only in development.
import * as z from 'zod'
import { notFound } from '../../../core/errors.ts'
import { idPattern } from '../../../core/ids.ts'
import { answerPage } from '../../../http/html-page.ts'
import { doc } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { livePage } from './page.ts'

const Page = z.string().meta({ id: 'LivePage' })

export const liveRoutes = router().get(
  `/runs/:id{${idPattern('run')}}/live`,
  limitByAddress,
  doc('runs.openLivePage', 'A page that follows a run (development only)', 200, Page, {
    mediaType: 'text/html',
  }),
  async (c) => {
    if (c.var.request.settings.ENVIRONMENT !== 'development') throw notFound('The page')
    return answerPage(c, await livePage())
  },
)
