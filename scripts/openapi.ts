// Writes docs/openapi.json from the routes, or, with --check, fails when it is not what the routes say.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { inRoot } from './server/paths.ts'

// The app only describes itself here, so what the Worker's runtime and its bundler provide is never called.
const PROVIDED = /^cloudflare:|\.(wasm|html|txt|svg)$/
registerHooks({
  resolve: (specifier, context, next) =>
    PROVIDED.test(specifier) ? { url: 'orrery:provided', shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === 'orrery:provided'
      ? { format: 'module', source: 'export default {}', shortCircuit: true }
      : next(url, context),
})

const { createApp, VERSION } = await import('../src/app.ts')
const { openApiDocument } = await import('../src/http/openapi-document.ts')

const file = inRoot('docs/openapi.json')
const text = `${JSON.stringify(openApiDocument(createApp(Date.now).routes, VERSION), null, 2)}\n`

if (process.argv.includes('--check')) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) console.log('docs/openapi.json is up to date')
  else {
    console.error('docs/openapi.json is not what the routes say: run npm run openapi')
    process.exitCode = 1
  }
} else {
  writeFileSync(file, text)
  console.log('docs/openapi.json is written')
}
