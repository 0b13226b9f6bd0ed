// npm run openapi: writes the files that are generated from the code, docs/openapi.json and docs/reference. With
// --check, it fails if one of them is out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { inRoot } from './server/paths.ts'

// The app only describes itself here, so the functions of the Worker's runtime and bundler are never called.
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
const { openApiDocument } = await import('../src/http/openapi/document.ts')
const { referencePages } = await import('./reference/pages.ts')

const contract = openApiDocument(createApp(Date.now).routes, VERSION)
const files: Record<string, string> = {
  'docs/openapi.json': `${JSON.stringify(contract, null, 2)}\n`,
  ...Object.fromEntries(
    Object.entries(referencePages()).map(([name, text]) => [`docs/reference/${name}`, text]),
  ),
}

const read = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)
const changed = Object.keys(files).filter((name) => read(inRoot(name)) !== files[name])

if (!process.argv.includes('--check')) {
  mkdirSync(inRoot('docs/reference'), { recursive: true })
  for (const name of changed) writeFileSync(inRoot(name), files[name] ?? '')
  console.log(changed.length === 0 ? 'nothing has changed' : `written: ${changed.join(', ')}`)
} else if (changed.length === 0) {
  console.log(`${Object.keys(files).length} files are up to date`)
} else {
  console.error(`not what the code says, run npm run openapi: ${changed.join(', ')}`)
  process.exitCode = 1
}
