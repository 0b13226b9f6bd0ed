// The account is a fake that answers like wrangler: what is created, and that a second run creates nothing.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NO_DATABASE_ID, setUpCloud, type Wrangler, withWorkersAi } from '../../scripts/cloud/set-up.ts'

const CONFIG = `name = "orrery"\n\n[[d1_databases]]\ndatabase_id = "${NO_DATABASE_ID}"\n`
const SECRETS = { JWT_KEYS: '[]', SECRETS_KEYS: '{}', METRICS_TOKEN: 'token' }

function account() {
  const databases: { uuid: string; name: string }[] = []
  const others = new Set<string>()
  let secrets: Record<string, string> | null = null
  const created: string[] = []
  const wrangler: Wrangler = async (args, input) => {
    const line = args.join(' ')
    const name = args.at(-1) ?? ''
    if (line === 'd1 list --json') return { ok: true, output: JSON.stringify(databases) }
    if (line.includes(' info ')) return { ok: others.has(name), output: '' }
    if (line === 'secret list --format json') {
      if (secrets === null) return { ok: false, output: 'This Worker does not exist [code: 10007]' }
      return { ok: true, output: JSON.stringify(Object.keys(secrets).map((key) => ({ name: key }))) }
    }
    created.push(line)
    if (line.startsWith('d1 create')) databases.push({ uuid: 'd1-of-mine', name })
    else if (line === 'secret bulk') secrets = { ...secrets, ...(JSON.parse(input ?? '{}') as object) }
    else others.add(name)
    return { ok: true, output: '' }
  }
  return { wrangler, created, secrets: () => secrets }
}

const run = (wrangler: Wrangler, config = CONFIG) =>
  setUpCloud({
    wrangler,
    config,
    database: 'orrery',
    buckets: ['orrery-files'],
    queues: ['orrery-jobs', 'orrery-jobs-dead'],
    makeSecrets: async () => SECRETS,
    say: () => undefined,
  })

test('an empty account gets the database, the bucket, the queues and the secrets, and the id is stored', async () => {
  const { wrangler, created, secrets } = account()
  expect(await run(wrangler)).toBe(CONFIG.replace(NO_DATABASE_ID, 'd1-of-mine'))
  expect(created).toEqual([
    'd1 create orrery',
    'r2 bucket create orrery-files',
    'queues create orrery-jobs',
    'queues create orrery-jobs-dead',
    'secret bulk',
  ])
  expect(secrets()).toEqual(SECRETS)
})

test('a second run creates nothing and does not change the configuration', async () => {
  const { wrangler, created } = account()
  const config = await run(wrangler)
  created.length = 0
  expect(await run(wrangler, config)).toBe(config)
  expect(created).toEqual([])
})

test('if the secrets cannot be listed, none is set: a new key would make existing data unreadable', async () => {
  const { wrangler, created } = account()
  const offline: Wrangler = async (args, input) =>
    args[0] === 'secret' && args[1] === 'list' ? { ok: false, output: 'fetch failed' } : wrangler(args, input)
  await expect(run(offline)).rejects.toThrow('fetch failed')
  expect(created).not.toContain('secret bulk')
})

test('the model Worker gets its binding to Workers AI, once', async () => {
  const cloned = readFileSync('workers/models/wrangler.toml', 'utf8')
  const added = withWorkersAi(cloned)
  expect(added).toBe(`${cloned}\n[ai]\nbinding = "AI"\n`)
  expect(withWorkersAi(added)).toBe(added)
  const own = 'name = "x"\nai = { binding = "AI", remote = true }\n'
  expect(withWorkersAi(own)).toBe(own)
})
