// The API reference. Its pages are built separately (scripts/docs-site) and need no sign-in.
import type { Context } from 'hono'
import { AppError } from '../../core/errors.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { answerPage, FORM_STYLE, html, htmlPage, isBrowser } from '../../http/html-page.ts'
import { doc } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { staticFile } from '../../http/static-file.ts'
import { workflowFileSchema } from '../workflows/index.ts'
import { FileSchema, Page, PageFile } from './schema.ts'

const OWN_ONLY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]
const TEXT_POLICY = [...OWN_ONLY, "style-src 'self'"].join('; ')
/** The viewer inserts styles into the page. Scripts are only allowed from files, as everywhere. */
const VIEWER_POLICY = [...OWN_ONLY, "style-src 'self' 'unsafe-inline'"].join('; ')

let fileSchema: { id: string; text: string } | undefined

/** Built once per isolate, because it depends only on the installation's address. */
function fileSchemaText(publicUrl: string): string {
  const id = new URL('/schemas/workflow.json', publicUrl).href
  if (fileSchema?.id !== id) fileSchema = { id, text: JSON.stringify(workflowFileSchema(id)) }
  return fileSchema.text
}

const page = (contentSecurityPolicy: string) => ({
  'content-security-policy': contentSecurityPolicy,
  'cache-control': 'no-cache',
})
async function pageOr404(c: Context<AppEnv>, path: string, policy: string): Promise<Response> {
  try {
    return await staticFile(c, path, page(policy))
  } catch (error) {
    if (!(error instanceof AppError) || !isBrowser(c)) throw error
    const body = html`<h1>Not found</h1><p>There is no such page. <a href="/docs">See the reference</a></p>`
    return answerPage(c, await htmlPage({ title: 'Not found', style: FORM_STYLE, body }), error.status)
  }
}

/** File names contain a hash of the content. */
const FOR_GOOD = { 'cache-control': 'public, max-age=31536000, immutable' }

const CACHED = { versioned: 'etag', otherAnswers: { 304: 'Not modified since `If-None-Match`.' } } as const
const HTML = {
  mediaType: 'text/html',
  versioned: 'etag',
  otherAnswers: {
    ...CACHED.otherAnswers,
    '4XX': 'A problem, or for who accepts text/html a page that says it',
  },
} as const
const FILE = { mediaType: 'text/javascript', otherMediaTypes: ['text/css', 'application/json'], ...CACHED }

/** Editors reload the schema after an hour. */
const FOR_AN_HOUR = { 'content-type': 'application/schema+json', 'cache-control': 'public, max-age=3600' }

export const docsRoutes = router()
  .get(
    '/schemas/workflow.json',
    doc('docs.getWorkflowSchema', 'Get the JSON Schema of workflow files', 200, FileSchema, {
      mediaType: 'application/schema+json',
      description:
        'For editors: set `$schema` of a file to this URL to get completion and validation. `POST /api/v1/workflows/validate` runs the checks that only the compiler can do.',
    }),
    (c) => c.body(fileSchemaText(c.var.request.settings.PUBLIC_URL), 200, FOR_AN_HOUR),
  )
  .get('/docs', doc('docs.openReference', 'Open the list of operations', 200, Page, HTML), (c) =>
    staticFile(c, '/docs.html', page(TEXT_POLICY)),
  )
  .get('/redoc', doc('docs.redirect', 'Redirect from the reference’s URL in older systems', 308, null), (c) =>
    c.redirect('/docs', 308),
  )
  .get(
    '/docs/api/:group{[A-Za-z]+}',
    doc('docs.openGroup', 'Open the reference of a group of operations', 200, Page, HTML),
    (c) => pageOr404(c, `/docs/api/${c.req.param('group')}.html`, VIEWER_POLICY),
  )
  .get('/docs/:page{[a-z]+}', doc('docs.openPage', 'Open a page of the reference', 200, Page, HTML), (c) =>
    pageOr404(c, `/docs/${c.req.param('page')}.html`, TEXT_POLICY),
  )
  .get(
    '/docs/files/:name{[a-z0-9.-]+}',
    doc(
      'docs.getFile',
      'Load a file of the reference: a script, a style or a part of the contract',
      200,
      PageFile,
      FILE,
    ),
    (c) => staticFile(c, `/docs/files/${c.req.param('name')}`, FOR_GOOD),
  )
