// A secret is stored, used in every way, and then searched everywhere: plain, in base64 and percent-encoded.
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { runCron } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, objectOf, runOf } from '../../helpers/runs.ts'
import { deliver, JSON_TYPE } from '../hooks/deliver.ts'
import { newIntegration, PATH, target, targetHost } from './integrations.ts'

const SECRET = 'cAnAry/+"\\secret?&=0123456789'
const OLD = 'oldCanary/+"\\secret?&=9876543210'

/** The forms in which texts may contain it. For base64, the part that does not depend on its surroundings. */
function formsOf(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const whole = btoa('\0'.repeat(offset) + secret)
    return whole.slice(offset === 0 ? 0 : 4, -4)
  })
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    ...base64,
    btoa(`ada:${secret}`),
  ]
}

const FORMS = [SECRET, OLD].flatMap(formsOf)

const found = (text: string): string[] => FORMS.filter((form) => text.includes(form))

afterEach(() => vi.restoreAllMocks())

async function tablesOf(
  query: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<Map<string, string>> {
  const tables = await query(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
  )
  const texts = new Map<string, string>()
  for (const { name } of tables) {
    const rows = await query(`SELECT * FROM "${String(name)}"`)
    texts.set(String(name), rows.map((row) => Object.values(row).join('\n')).join('\n'))
  }
  return texts
}

const d1Texts = () => tablesOf(async (sql) => (await env.DB.prepare(sql).all()).results)

const runTexts = (runId: string): Promise<Map<string, string>> =>
  runInDurableObject(objectOf(runId) as never, (_object: unknown, { storage }: DurableObjectState) =>
    tablesOf(async (sql) => storage.sql.exec(sql).toArray()),
  )

async function r2Texts(): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const { key } of (await env.FILES.list()).objects)
    texts.set(key, new TextDecoder('latin1').decode(await (await env.FILES.get(key))?.arrayBuffer()))
  return texts
}

const node = (id: string, path: string, credential: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { url: `${target()}${path}`, ...more },
  credential,
  onError: 'continue',
  retry: { attempts: 1 },
})

/** Calls that echo it as JSON, as text, in a failure and in a redirect, and a node that looks at the results. */
const using = (bearer: string, basic: string): Definition => ({
  nodes: [
    node('json', '/echo', bearer, { body: { say: 'hello' } }),
    node('text', '/echo', basic, { responseType: 'text' }),
    node('refused', '/teapot-echo', bearer),
    node('moved', '/redirect/x?to=/echo', basic),
    node('down', '/hang', bearer),
    node('file', '/echo', bearer, { responseType: 'file' }),
    { id: 'look', type: 'data.set', params: { values: '{{ nodes }}' } },
  ].map((one) => (one.id === 'down' ? { ...one, timeoutMs: 200 } : one)),
  edges: ['json', 'text', 'refused', 'moved', 'down', 'file'].map((from) => ({ from, to: 'look' })),
})

async function withLogs(work: () => Promise<unknown>): Promise<string> {
  const lines: string[] = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation(
      (...args: unknown[]) => void lines.push(args.map(String).join(' ')),
    )
  await work()
  return lines.join('\n')
}

/** The app with production logging. */
async function logged(method: string, path: string, as: Person, body?: unknown): Promise<string> {
  const { app } = await import('../../helpers/api.ts')
  const ctx = createExecutionContext()
  const headers = { authorization: `Bearer ${as.token}`, 'content-type': 'application/json' }
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const response = await app.fetch(
    new Request(`http://orrery.test${path}`, init),
    { ...env, LOG_LEVEL: 'info' },
    ctx,
  )
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  return text
}

test('the secret of an integration is only in its encrypted row', async () => {
  const person = await newPerson()
  const shown: [where: string, text: string][] = []
  const logs = await withLogs(async () => {
    const config = { testUrl: `${target()}/teapot-echo` }
    const basic = await logged('POST', PATH, person, {
      type: 'http.basic',
      name: 'Basic',
      config: { username: 'ada', ...config },
      secrets: { password: OLD },
      allowedHosts: [targetHost()],
    })
    const { id: basicId } = JSON.parse(basic)
    shown.push([
      'rotate',
      await logged('POST', `${PATH}/${basicId}/rotate`, person, { secrets: { password: SECRET } }),
    ])
    const bearer = await newIntegration(person, { secrets: { token: SECRET }, config })
    const hook = await newIntegration(person, {
      type: 'webhook',
      secrets: { secret: SECRET },
      allowedHosts: undefined,
    })
    for (const id of [basicId, bearer.id])
      shown.push(['test', await logged('POST', `${PATH}/${id}/test`, person)])
    // Refused: with a secret in a wrong place.
    shown.push([
      'bad',
      await logged('PATCH', `${PATH}/${bearer.id}`, person, {
        config: { no: 1 },
        secrets: { token: `${SECRET}\n` },
      }),
    ])

    const saved = await post('/api/v1/workflows', person, {
      name: 'Canary',
      definition: using(bearer.id, 'Basic'),
      triggers: [{ type: 'webhook', auth: { type: 'header', header: 'x-proof', credential: hook.name } }],
    })
    expect(saved.status).toBe(201)
    const path = `/api/v1/workflows/${saved.body.id}`
    const started = await post(`${path}/execute`, person, {}, { prefer: 'wait=20' })
    expect(started.body.status).toBe('succeeded')
    const token = saved.body.triggers[0].url.split('/').at(-1)
    const delivered = await deliver(
      { trigger: { id: '', key: '', token } },
      { headers: { ...JSON_TYPE, 'x-proof': SECRET }, body: JSON.stringify({ echo: SECRET }) },
    )
    expect(delivered.status).toBe(202)
    const refused = await deliver(
      { trigger: { id: '', key: '', token } },
      { headers: { 'x-proof': `${SECRET}x` }, body: '{}' },
    )
    expect(refused.status).toBe(401)
    const runs = [started.body.id, delivered.body.runId]
    for (const id of runs) await runOf(id).view({}, 60_000)

    for (const id of runs) {
      for (const suffix of [
        '',
        '?include=nodes,output',
        '/events',
        '/nodes/json',
        '/nodes/text',
        '/nodes/refused',
        '/nodes/moved',
        '/nodes/look',
      ])
        shown.push([
          `run ${suffix}`,
          (
            await call('GET', `/api/v1/runs/${id}${suffix}`, {
              as: person,
              headers: { accept: 'application/json' },
            })
          ).text,
        ])
      for (const [table, text] of await runTexts(id)) shown.push([`object ${table}`, text])
    }
    for (const suffix of ['/export', '/export?format=yaml', '', '/versions', '/triggers'])
      shown.push([`workflow ${suffix}`, (await get(`${path}${suffix}`, person)).text])
    shown.push(['plan', (await post(`${path}/plan`, person, {})).text])
    for (const suffix of ['', `/${bearer.id}`, `/${bearer.id}/tests`, `/${bearer.id}/usage`])
      shown.push([`integration ${suffix}`, (await get(`${PATH}${suffix}`, person)).text])
    shown.push(['account export', (await get('/api/v1/users/export', person)).text])
    shown.push(['audit', (await get(`/api/v1/teams/${person.teamId}/audit-logs`, person)).text])
    // Something that is certainly logged.
    shown.push(['callback', await logged('GET', `${PATH}/callback?state=x`, person)])
    await runCron()
  })
  shown.push(['logs', logs])
  for (const [table, text] of await d1Texts()) shown.push([`D1 ${table}`, text])
  for (const [key, text] of await r2Texts()) shown.push([`R2 ${key}`, text])
  expect(shown.flatMap(([where, text]) => found(text).map((form) => `${where}: ${form}`))).toEqual([])
  // The searched data contains what it should, so the search would find the secret.
  expect(shown.find(([where]) => where === 'object outputs')?.[1]).toContain('[redacted]')
  expect(found(`x ${btoa(`ab${SECRET}cd`)}`)).not.toEqual([])
  expect(logs).not.toBe('')
})
