// Creates the resources in wrangler.toml in a Cloudflare account. It can be repeated at any time: existing resources are not changed, especially the
// secrets, because a new encryption key would make existing secrets unreadable.
import type { LocalSecrets } from '../local-secrets.ts'

/** Runs a wrangler command; `input` is its standard input. */
export type Wrangler = (args: string[], input?: string) => Promise<{ ok: boolean; output: string }>

export type Cloud = {
  wrangler: Wrangler
  /** The text of wrangler.toml. */
  config: string
  database: string
  buckets: string[]
  queues: string[]
  makeSecrets: () => Promise<LocalSecrets>
  say: (line: string) => void
}

export const NO_DATABASE_ID = '00000000-0000-0000-0000-000000000000'

/** Returns the text of wrangler.toml with the database's id in it. */
export async function setUpCloud(cloud: Cloud): Promise<string> {
  const id = await ensureDatabase(cloud)
  const config = cloud.config.replace(/^(database_id\s*=\s*)".*"/m, `$1"${id}"`)
  for (const name of cloud.buckets) await ensure(cloud, ['r2', 'bucket'], name)
  for (const name of cloud.queues) await ensure(cloud, ['queues'], name)
  await ensureSecrets(cloud)
  return config
}

/** Workers AI needs a login, so a clone has no binding to it. An existing binding is not changed. */
export const withWorkersAi = (config: string): string =>
  /^\s*(?:\[ai\]|ai\s*=)/m.test(config) ? config : `${config.trimEnd()}\n\n[ai]\nbinding = "AI"\n`

async function ensureDatabase(cloud: Cloud): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const list = await must(cloud, ['d1', 'list', '--json'])
    const databases = JSON.parse(list.slice(list.indexOf('['))) as { uuid: string; name: string }[]
    return databases.find(({ name }) => name === cloud.database)?.uuid
  }
  const found = await find()
  if (found !== undefined) {
    cloud.say(`There is a D1 database ${cloud.database}.`)
    return found
  }
  await must(cloud, ['d1', 'create', cloud.database])
  cloud.say(`Created the D1 database ${cloud.database}.`)
  const made = await find()
  if (made === undefined) throw new Error(`The D1 database ${cloud.database} was created but is not listed.`)
  return made
}

async function ensure(cloud: Cloud, kind: string[], name: string): Promise<void> {
  const there = await cloud.wrangler([...kind, 'info', name])
  if (!there.ok) await must(cloud, [...kind, 'create', name])
  cloud.say(`${there.ok ? 'There is a' : 'Created the'} ${kind[0] === 'r2' ? 'bucket' : 'queue'} ${name}.`)
}

async function ensureSecrets(cloud: Cloud): Promise<void> {
  const list = await cloud.wrangler(['secret', 'list', '--format', 'json'])
  // Code 10007 means that the Worker does not exist yet, so it has no secrets. Other failures say nothing about them.
  if (!list.ok && !list.output.includes('10007'))
    throw new Error(`wrangler secret list failed:\n${list.output}`)
  const there = list.ok
    ? (JSON.parse(list.output.slice(list.output.indexOf('['))) as { name: string }[]).map(({ name }) => name)
    : []
  const missing = Object.entries(await cloud.makeSecrets()).filter(([name]) => !there.includes(name))
  if (missing.length > 0) await must(cloud, ['secret', 'bulk'], JSON.stringify(Object.fromEntries(missing)))
  cloud.say(
    missing.length > 0
      ? `Set the secrets ${missing.map(([name]) => name).join(', ')}.`
      : 'The secrets are set.',
  )
}

async function must(cloud: Cloud, args: string[], input?: string): Promise<string> {
  const { ok, output } = await cloud.wrangler(args, input)
  if (!ok) throw new Error(`wrangler ${args.join(' ')} failed:\n${output}`)
  return output
}
