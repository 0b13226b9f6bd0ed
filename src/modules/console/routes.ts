// The files of the console. Browsers get its page for every path without a route (src/http/console-page.ts).
import { doc } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { staticFile } from '../../http/static-file.ts'
import { ConsoleFile } from './schema.ts'

/** File names contain a hash of the content. */
const FOR_GOOD = { 'cache-control': 'public, max-age=31536000, immutable' }

export const consoleRoutes = router().get(
  '/assets/:name{[A-Za-z0-9_.-]+}',
  doc('system.getConsoleFile', 'Load a file of the console: a script, a style or a font', 200, ConsoleFile, {
    mediaType: 'text/javascript',
    otherMediaTypes: ['text/css', 'font/woff2', 'image/svg+xml'],
    versioned: 'etag',
    otherAnswers: { 304: 'Not modified since `If-None-Match`.' },
  }),
  (c) => staticFile(c, `/console/assets/${c.req.param('name')}`, FOR_GOOD),
)
