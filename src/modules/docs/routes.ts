// The reference for people. Its pages are built beside the Worker (scripts/docs-site) and need no sign-in.
import { doc } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { staticFile } from '../../http/static-file.ts'
import { Page, PageFile } from './schema.ts'

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
/** The viewer writes its styles into the page. Scripts come from files only, as everywhere. */
const VIEWER_POLICY = [...OWN_ONLY, "style-src 'self' 'unsafe-inline'"].join('; ')

const page = (contentSecurityPolicy: string) => ({
  'content-security-policy': contentSecurityPolicy,
  'cache-control': 'no-cache',
})
/** Their names carry a hash of what is in them. */
const FOR_GOOD = { 'cache-control': 'public, max-age=31536000, immutable' }

const CACHED = { versioned: 'etag', otherAnswers: { 304: 'Not modified since `If-None-Match`.' } } as const
const HTML = { mediaType: 'text/html', ...CACHED }
const SCRIPT_OR_STYLE = { mediaType: 'text/javascript', otherMediaTypes: ['text/css'], ...CACHED }

export const docsRoutes = router()
  .get('/docs', doc('Open the API reference', 200, Page, HTML), (c) =>
    staticFile(c, '/docs.html', page(VIEWER_POLICY)),
  )
  .get('/docs/:page{[a-z]+}', doc('Open a page of the reference', 200, Page, HTML), (c) =>
    staticFile(c, `/docs/${c.req.param('page')}.html`, page(TEXT_POLICY)),
  )
  .get(
    '/docs/files/:name{[a-z0-9.-]+}',
    doc('Load a script or style of the reference', 200, PageFile, SCRIPT_OR_STYLE),
    (c) => staticFile(c, `/docs/files/${c.req.param('name')}`, FOR_GOOD),
  )
