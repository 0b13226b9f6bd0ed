// npm run new-module <plural-name> [-- --singular name --prefix abc] creates a module with a table and the operations create, get, list,
// update and delete, which passes every contract test. Then adapt it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { fill, type Names, namesOf } from './new-module/names.ts'
import { inRoot, ROOT } from './server/paths.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { singular: { type: 'string' }, prefix: { type: 'string' } },
})
const [path] = positionals
if (path === undefined || positionals.length > 1) {
  console.error('Usage: npm run new-module <plural-name> -- [--singular name] [--prefix abc]')
  process.exit(1)
}
try {
  makeModule(namesOf(path, values.singular, values.prefix))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

function makeModule(names: Names): void {
  const { path, prefix, table, things } = names as Record<'path' | 'prefix' | 'table' | 'things', string>
  const words = names['things words'] ?? things
  const module = `src/modules/${path}`
  const files: Record<string, string> = {
    'db-schema': `src/db/schema/${path}.ts`,
    schema: `${module}/schema.ts`,
    repo: `${module}/repo.ts`,
    service: `${module}/service.ts`,
    routes: `${module}/routes.ts`,
    'export-repo': `${module}/export-repo.ts`,
    index: `${module}/index.ts`,
    test: `test/modules/${path}.test.ts`,
  }
  const taken = [module, ...Object.values(files)].filter((file) => existsSync(inRoot(file)))
  if (taken.length > 0) throw new Error(`These files already exist: ${taken.join(', ')}`)
  // Edited first: each edit fails if its place in the file is missing, before any new file is written.
  const edits = [
    edit('src/core/ids.ts', /(ID_PREFIXES = \[[^\]]*)(\] as const)/, `$1  '${prefix}',\n$2`, `'${prefix}'`),
    edit(
      'src/http/scopes.ts',
      /^( *)'admin:read':/m,
      `$1'${path}:read': { team: 'viewer', keys: true },\n$1'${path}:write': { team: 'member', keys: true },\n$1'admin:read':`,
      `'${path}:`,
    ),
    edit('src/http/tags.ts', /^( *)admin:/m, `$1${things}: "The team's ${words}",\n$1admin:`, ` ${things}:`),
    edit('src/db/schema/index.ts', /$(?![\s\S])/, `export * from './${path}.ts'\n`, `'./${path}.ts'`),
    edit(
      'src/modules/index.ts',
      /^import type \{ CronTask/m,
      `import { ${things}Module } from './${path}/index.ts'\n$&`,
      `'./${path}/`,
    ),
    edit(
      'docs/STORAGE.md',
      /\n`d1_migrations` is wrangler's/,
      `| \`${table}\` | ${words} of a team | when deleted; with the team |\n$&`,
      `| \`${table}\` |`,
    ),
    edit(
      'docs/ARCHITECTURE.md',
      /^ {4}account-export /m,
      `    ${path.padEnd(25)} ${words} of a team\n$&`,
      `    ${path} `,
    ),
    // The admin module comes last.
    edit('src/modules/index.ts', /^( *)adminModule,\n/m, `$1${things}Module,\n$&`, `${things}Module,`),
  ]
  for (const apply of edits) apply()
  for (const [template, file] of Object.entries(files)) {
    mkdirSync(dirname(inRoot(file)), { recursive: true })
    writeFileSync(
      inRoot(file),
      fill(readFileSync(inRoot('scripts/new-module/templates', `${template}.txt`), 'utf8'), names),
    )
  }
  run(
    'biome',
    'check',
    '--write',
    module,
    'src/db/schema',
    'src/modules/index.ts',
    'src/core/ids.ts',
    'src/http/scopes.ts',
    'src/http/tags.ts',
    files.test ?? '',
  )
  run('drizzle-kit', 'generate', '--name', table)
  const migration = readdirSync(inRoot('migrations'))
    .filter((name) => name.endsWith(`_${table}.sql`))
    .sort()
    .at(-1)
  if (migration === undefined) throw new Error(`drizzle-kit has created no migration for ${things}`)
  writeFileSync(inRoot('migrations/down', migration), `DROP TABLE \`${table}\`;\n`)
  run('node', 'scripts/openapi.ts')
  console.log(
    `Created ${module}, its table and its test. Next: npx vitest run --project worker ${files.test}`,
  )
}

/** Checks immediately whether the edit is possible, and returns a function that does it. */
function edit(file: string, place: RegExp, replacement: string, alreadyThere: string): () => void {
  const text = readFileSync(inRoot(file), 'utf8')
  if (text.includes(alreadyThere)) throw new Error(`${file} already has ${alreadyThere}`)
  if (!place.test(text))
    throw new Error(`${file} no longer has the place where scripts/new-module.ts inserts a module`)
  return () => writeFileSync(inRoot(file), readFileSync(inRoot(file), 'utf8').replace(place, replacement))
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
}
