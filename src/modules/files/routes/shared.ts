// Public routes: the token in the URL identifies the file to download, or the place for an upload.
import type { Context } from 'hono'
import * as z from 'zod'
import { AppError } from '../../../core/errors.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { answerPage, FORM_STYLE, type Html, html, htmlPage, isBrowser } from '../../../http/html-page.ts'
import { doc, takeBytes } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { ReceivedFile } from '../schema/link.ts'
import { openDownloadLink, readUploadLink, uploadByLink } from '../service/links.ts'
import { MAX_FILE_BYTES } from '../service/size.ts'
import { answerContent } from './answer.ts'
import { CONTENT_ANSWERS } from './files.ts'
import { oneFile } from './incoming.ts'

const PAGES = { '4XX': 'A problem, or for who accepts text/html a page that says it' }

async function page(c: Context<AppEnv>, title: string, body: Html, status: number): Promise<Response> {
  const shown = await htmlPage({
    title,
    style: FORM_STYLE,
    body: html`<h1>${title}</h1>${body}`,
    sendsForms: true,
  })
  return answerPage(c, shown, status)
}

async function asPage(c: Context<AppEnv>, error: unknown): Promise<Response> {
  if (!(error instanceof AppError) || !isBrowser(c) || error.status >= 500) throw error
  return page(c, 'The link does not work', html`<p role="alert">${error.message}</p>`, error.status)
}

export const sharedFileRoutes = router()
  .get(
    '/f/:token',
    limitByAddress,
    doc('files.links.download', 'Download the file of a link', 200, z.string().meta({ format: 'binary' }), {
      mediaType: '*/*',
      versioned: 'etag',
      otherAnswers: { ...CONTENT_ANSWERS, ...PAGES },
      description: 'Takes Range, If-Range, If-None-Match and HEAD. 410 when the link has ended.',
    }),
    async (c) => {
      try {
        const { content, inline, countStart, requireStarted } = await openDownloadLink(
          c.var.request,
          c.req.param('token'),
        )
        return await answerContent(c, content, { inline, onStart: countStart, onLaterPart: requireStarted })
      } catch (error) {
        return asPage(c, error)
      }
    },
  )
  .get(
    '/u/:token',
    limitByAddress,
    doc('files.links.openUploadPage', 'The page of a link to upload a file', 200, z.string(), {
      mediaType: 'text/html',
      otherAnswers: PAGES,
    }),
    async (c) => {
      try {
        const { maxBytes } = await readUploadLink(c.var.request, c.req.param('token'))
        const limit = Math.floor((maxBytes ?? MAX_FILE_BYTES) / 1024)
        return page(
          c,
          'Send a file',
          html`<p>One file of at most ${limit} KB.</p><form method="post" enctype="multipart/form-data"><input type="file" name="file" required><button>Send</button></form>`,
          200,
        )
      } catch (error) {
        return asPage(c, error)
      }
    },
  )
  .post(
    '/u/:token',
    limitByAddress,
    doc('files.links.upload', 'Upload the file of a link', 201, ReceivedFile, {
      otherMediaTypes: ['text/html'],
      otherAnswers: PAGES,
      description:
        'As `/files/upload`: raw with `X-Filename`, or a form. Who accepts text/html is shown a page.',
    }),
    takeBytes(['application/octet-stream', 'multipart/form-data', '*/*']),
    async (c) => {
      try {
        const received = await uploadByLink(c.var.request, c.req.param('token'), (maxBytes) =>
          oneFile(c, maxBytes ?? MAX_FILE_BYTES),
        )
        if (isBrowser(c)) return page(c, 'Thank you', html`<p>${received.name} has arrived.</p>`, 201)
        return c.json(received, 201)
      } catch (error) {
        return asPage(c, error)
      }
    },
  )
