// npm run setup:cloud [-- --dry-run]: creates what `npm run deploy` needs in a Cloudflare account. First sign in with `npx wrangler login`, or set
// CLOUDFLARE_API_TOKEN.
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { unstable_readConfig } from 'wrangler'
import { setUpCloud, type Wrangler, withWorkersAi } from './cloud/set-up.ts'
import { makeLocalSecrets } from './local-secrets.ts'
import { MODELS } from './server/bundle.ts'
import { inRoot, ROOT } from './server/paths.ts'
import { wranglerCommand, wranglerEnvironment } from './server/wrangler.ts'

const path = inRoot('wrangler.toml')
const { d1_databases, r2_buckets, queues } = unstable_readConfig({ config: path })
const database = d1_databases[0]
if (!database?.database_name) throw new Error('wrangler.toml names no D1 database')
const names = {
  database: database.database_name,
  buckets: (r2_buckets as { bucket_name?: string }[]).flatMap(({ bucket_name }) => bucket_name ?? []),
  queues: [
    ...new Set([...queues.producers, ...queues.consumers].map(({ queue }: { queue: string }) => queue)),
  ],
}

if (process.argv.includes('--dry-run')) {
  console.log(`What is missing of this would be created; what is there is left alone:

  npx wrangler d1 create ${names.database}          its id goes into wrangler.toml
${names.buckets.map((name) => `  npx wrangler r2 bucket create ${name}`).join('\n')}
${names.queues.map((name) => `  npx wrangler queues create ${name}`).join('\n')}
  npx wrangler secret bulk                  JWT_KEYS, SECRETS_KEYS and METRICS_TOKEN, made here and kept nowhere else
  ${MODELS.config}                 [ai] binding = "AI", for models of Workers AI`)
} else {
  const wrangler: Wrangler = (args, input = '') =>
    new Promise((resolve, reject) => {
      const [command, ...first] = wranglerCommand()
      const child = spawn(command, [...first, ...args], { cwd: ROOT, env: wranglerEnvironment() })
      let output = ''
      child.stdout.on('data', (data) => (output += data))
      child.stderr.on('data', (data) => (output += data))
      child.on('error', reject)
      child.on('close', (code) => resolve({ ok: code === 0, output }))
      child.stdin.end(input)
    })
  const config = readFileSync(path, 'utf8')
  try {
    const changed = await setUpCloud({
      wrangler,
      config,
      ...names,
      makeSecrets: makeLocalSecrets,
      say: console.log,
    })
    const models = readFileSync(inRoot(MODELS.config), 'utf8')
    const withAi = withWorkersAi(models)
    if (withAi !== models) {
      writeFileSync(inRoot(MODELS.config), withAi)
      console.log(`Added the binding AI to ${MODELS.config}. Without Workers AI, take it out again.`)
    }
    if (changed !== config) {
      writeFileSync(path, changed)
      console.log('Wrote the id of the database to wrangler.toml. Next: npm run deploy')
    } else {
      console.log('Next: npm run deploy')
    }
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}
