import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { purgeExpired } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { deliver, type Hooked, hooked, JSON_TYPE, setSecret } from './deliver.ts'
import { gitHub } from './vendor-signatures.ts'

const SECRET = 'correct-horse-battery'

const logOf = ({ workflowId, trigger }: Hooked, query = '') =>
  `/api/v1/workflows/${workflowId}/triggers/${trigger.key}/refused-deliveries${query}`

async function github(more: Record<string, unknown> = {}): Promise<Hooked> {
  const hook = await hooked({ auth: { type: 'github' }, ...more })
  await setSecret(hook, SECRET)
  return hook
}

const codesOf = (page: any): string[] => page.body.items.map(({ code }: { code: string }) => code)

test('a refused delivery is logged with details for finding the reason, and without its content', async () => {
  const hook = await github({ path: 'repo/:name' })
  const { headers } = await gitHub('another-secret', '{"token":"s3cret"}', { id: 'guid-1' })
  const sent = { path: '/repo/api?key=s3cret', body: '{"token":"s3cret"}' }
  await deliver(hook, { ...sent, headers: { ...headers, 'user-agent': 'GitHub-Hookshot/1' } })
  const { status, body, text } = await get(logOf(hook), hook.person)
  expect([status, body.items]).toMatchObject([
    200,
    [
      {
        status: 401,
        code: 'hook.unauthorized',
        detail: 'The value of X-Hub-Signature-256 is not valid.',
        method: 'POST',
        path: '/repo/api',
        deliveryId: 'guid-1',
        contentType: 'application/json',
        userAgent: 'GitHub-Hookshot/1',
        sizeBytes: 18,
      },
    ],
  ])
  expect(text).not.toContain('s3cret')
  expect(text).not.toContain(headers['x-hub-signature-256'])
})

test('every reason for not starting a run is logged, and nothing else', async () => {
  const hook = await github({ filter: '{{ item.order.total > 5 }}' })
  const inputs = { type: 'object', properties: { body: { type: 'object' } } }
  await deliver(hook, { method: 'PUT' })
  await deliver(hook, { path: '/elsewhere' })
  await deliver(hook, { body: 'x'.repeat(1024 * 1024 + 1) })
  const { body, headers } = await gitHub(SECRET, '{"a":1}')
  await deliver(hook, { body, headers: { ...headers, 'x-github-delivery': '' } })
  await deliver(hook, { body, headers })
  await deliver(hook, await gitHub(SECRET, '{"order":{"total":6}}'))
  await deliver(hook, await gitHub(SECRET, '{"order":{"total":1}}'))
  await deliver(hook, await gitHub(SECRET, '{}', { event: 'ping' }))
  expect(codesOf(await get(logOf(hook, '?sort=at'), hook.person))).toEqual([
    'route.method_not_allowed',
    'resource.not_found',
    'request.too_large',
    'hook.missing_id',
    'hook.filter_failed',
  ])
  const strict = await hooked({}, { nodes: [{ id: 'a', type: 'flow.noop' }], inputs })
  await deliver(strict, { body: 'text' })
  const unset = await hooked({ auth: { type: 'stripe' } })
  await deliver(unset, { body: '{}' })
  const failing = await hooked(
    { respond: 'on-finish' },
    { nodes: [{ id: 'a', type: 'flow.fail', params: { message: 'x' } }] },
  )
  await deliver(failing)
  expect(codesOf(await get(logOf(strict), strict.person))).toEqual(['run.invalid_input'])
  expect(codesOf(await get(logOf(unset), unset.person))).toEqual(['hook.not_configured'])
  expect(codesOf(await get(logOf(failing), failing.person))).toEqual([])
})

test('the log is paged, in both orders', async () => {
  const hook = await github()
  for (let i = 0; i < 5; i++) await deliver(hook, { body: String(i), headers: JSON_TYPE })
  for (const sort of ['at', '-at']) {
    const ids: string[] = []
    let cursor = ''
    do {
      const page: any = await get(logOf(hook, `?limit=2&sort=${sort}&count=true${cursor}`), hook.person)
      expect(page.body.total).toBe(5)
      ids.push(...page.body.items.map(({ id }: { id: string }) => id))
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`
    } while (cursor !== '')
    expect(new Set(ids).size).toBe(5)
  }
})

test('a flood is logged twenty times a minute, and the newest two hundred entries are kept', async () => {
  const hook = await github()
  await Promise.all(Array.from({ length: 40 }, () => deliver(hook, { body: '{}' })))
  const count = async () => (await get(logOf(hook, '?count=true&limit=1'), hook.person)).body.total
  expect(await count()).toBe(20)
  const old = clock.now() - 3_600_000
  await env.DB.batch(
    Array.from({ length: 250 }, (_, i) =>
      env.DB.prepare(
        "INSERT INTO hook_refusals (id, trigger_id, created_at, status, code, detail, method, path) VALUES (?, ?, ?, 401, 'old', '', 'POST', '/')",
      ).bind(`ref_old_${hook.trigger.id}_${i}`, hook.trigger.id, old + i),
    ),
  )
  clock.advance(61_000)
  await deliver(hook, { body: '{}' })
  expect(await count()).toBe(200)
  expect(codesOf(await get(logOf(hook, '?limit=25'), hook.person)).slice(20)).toEqual([
    'hook.unauthorized',
    'old',
    'old',
    'old',
    'old',
  ])
})

test('a flood at one trigger does not reduce the log of another', async () => {
  const [quiet, flooded] = [await github(), await github()]
  await deliver(quiet, { body: '{}' })
  await Promise.all(Array.from({ length: 30 }, () => deliver(flooded, { body: '{}' })))
  await env.DB.batch(
    Array.from({ length: 220 }, (_, i) =>
      env.DB.prepare(
        "INSERT INTO hook_refusals (id, trigger_id, created_at, status, code, detail, method, path) VALUES (?, ?, ?, 401, 'new', '', 'POST', '/')",
      ).bind(`ref_new_${flooded.trigger.id}_${i}`, flooded.trigger.id, clock.now() + i),
    ),
  )
  await deliver(flooded, { body: '{}' })
  await deliver(quiet, { body: '{}' })
  expect(codesOf(await get(logOf(quiet), quiet.person))).toEqual(['hook.unauthorized', 'hook.unauthorized'])
})

test('only the beginning of long headers and paths is stored', async () => {
  const hook = await github()
  const long = 'a'.repeat(3_000)
  const headers = { 'content-type': `text/${long}`, 'user-agent': long, 'x-github-delivery': long }
  await deliver(hook, { path: `/${long}`, body: '{}', headers })
  const { items } = (await get(logOf(hook), hook.person)).body
  expect(items).toMatchObject([
    {
      path: `/${long.slice(0, 499)}`,
      userAgent: long.slice(0, 200),
      deliveryId: long.slice(0, 200),
      contentType: `text/${long}`.slice(0, 200),
    },
  ])
})

test('entries older than a week are removed by the tick', async () => {
  const hook = await github()
  await deliver(hook, { body: '{}' })
  clock.advance(7 * 86_400_000 + 1)
  await deliver(hook, { body: '{}' })
  await purgeExpired()
  const left = await env.DB.prepare('SELECT count(*) AS n FROM hook_refusals WHERE trigger_id = ?')
    .bind(hook.trigger.id)
    .first<{ n: number }>()
  expect(left?.n).toBe(1)
})

test('only the team of the workflow reads the log, and it is deleted with the workflow', async () => {
  const { owner, join } = await newTeam()
  const mine = await hooked({ auth: { type: 'github' } })
  await env.DB.batch([
    env.DB.prepare('UPDATE workflows SET team_id = ? WHERE id = ?').bind(owner.teamId, mine.workflowId),
    env.DB.prepare('UPDATE workflow_triggers SET team_id = ? WHERE workflow_id = ?').bind(
      owner.teamId,
      mine.workflowId,
    ),
  ])
  const hook: Hooked = { ...mine, person: owner as Person }
  await setSecret(hook, SECRET)
  await deliver(hook, { body: '{}' })
  expect((await get(logOf(hook), await join('viewer'))).body.items).toHaveLength(1)
  expect((await get(logOf(hook), await newPerson())).status).toBe(404)
  expect((await get(logOf({ ...hook, trigger: { ...hook.trigger, key: 'other' } }), owner)).status).toBe(404)
  await env.DB.prepare('DELETE FROM workflows WHERE id = ?').bind(hook.workflowId).run()
  const left = await env.DB.prepare('SELECT count(*) AS n FROM hook_refusals WHERE trigger_id = ?')
    .bind(hook.trigger.id)
    .first<{ n: number }>()
  expect(left?.n).toBe(0)
})
