// The limits of each platform: concurrent, per minute, per hour, per day.
import { env } from 'cloudflare:workers'
import { downloadZip } from 'client-zip'
import { expect, test } from 'vitest'
import type { PlanDeployment } from '../../../src/modules/deployments/schema.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { deploy, failAt, PATH, projectOf, seenAt, upload } from './deployments.ts'
import { newDeployment, rowOf, step, walk } from './steps.ts'

const MINUTE_MS = 60_000

async function zipOf(as: Person, files: number, contentOf = (n: number) => `content of ${n}`): Promise<void> {
  const entries = Array.from({ length: files }, (_, n) => ({ name: `f/${n}.txt`, input: contentOf(n) }))
  await upload(as, 'site.zip', await downloadZip(entries).arrayBuffer())
}

const ZIP = { source: { zip: 'site.zip' } }

test('GitHub gets at most 80 new contents a minute, one after another', async () => {
  const person = await newPerson()
  const { body, place } = await projectOf(person, 'github-pages')
  await zipOf(person, 90)
  const id = await newDeployment(person, { ...body, ...ZIP, platform: 'github-pages' })
  await walk(person, id, { to: 'upload' })
  const sends: { at: number; n: number }[] = []
  let before = 0
  const made = await walk(person, id, { from: 'upload', to: 'publish' })
  for (const { at, result } of made) {
    const { sent } = result.output as { sent: number }
    sends.push({ at, n: sent })
    before += sent
  }
  // `.nojekyll` as well.
  expect(before).toBe(91)
  for (const { at } of sends) {
    const within = sends.filter((one) => one.at > at - MINUTE_MS && one.at <= at)
    expect(within.reduce((sum, { n }) => sum + n, 0)).toBeLessThanOrEqual(80)
  }
  expect((sends.at(-1)?.at ?? 0) - (sends[0]?.at ?? 0)).toBeGreaterThanOrEqual(MINUTE_MS)
  const seen = await seenAt(place)
  expect([seen.atOnce, Object.keys(seen.contents).length]).toEqual([1, 91])
})

test.each([
  [
    'a secondary limit that says how long',
    {
      status: 403,
      body: '{"message":"You have exceeded a secondary rate limit."}',
      headers: { 'retry-after': '7' },
    },
    7,
  ],
  [
    'one that does not',
    { status: 403, body: '{"message":"You have triggered an abuse detection mechanism."}' },
    60,
  ],
  [
    'an hour that is used up',
    {
      status: 403,
      body: '{"message":"API rate limit exceeded"}',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' },
    },
    90,
  ],
] as const)('GitHub: %s causes a wait, and then only the rest is sent', async (_what, fault, seconds) => {
  const person = await newPerson()
  const { body, place } = await projectOf(person, 'github-pages')
  await zipOf(person, 5)
  const id = await newDeployment(person, { ...body, ...ZIP, platform: 'github-pages' })
  await walk(person, id, { to: 'upload' })
  const reset = String(Math.ceil((clock.now() + 90_000) / 1_000))
  const headers = { ...('headers' in fault ? fault.headers : {}) } as Record<string, string>
  if (headers['x-ratelimit-reset'] === 'soon') headers['x-ratelimit-reset'] = reset
  await failAt(place, { match: 'POST /git/blobs', ...fault, headers })
  const failed = await step(person, id, 'upload').catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 'deployment.rate_limited' })
  const { retryAfterSeconds } = failed as { retryAfterSeconds: number }
  expect(Math.abs(retryAfterSeconds - seconds)).toBeLessThanOrEqual(1)
  await walk(person, id, { from: 'upload' })
  expect(await rowOf(person, id)).toMatchObject({ status: 'ready' })
  expect(new Set(Object.values((await seenAt(place)).contents))).toEqual(new Set([1]))
})

test('Netlify prepares a large site in the background, and gets at most five contents at a time', async () => {
  const person = await newPerson()
  const { body, place } = await projectOf(person, 'netlify')
  await zipOf(person, 520, (n) => `content of ${n % 40}`)
  const id = await newDeployment(person, { ...body, ...ZIP, platform: 'netlify' })
  const made = await walk(person, id)
  expect(made.filter(({ name }) => name === 'compare').map(({ result }) => result.again)).toEqual([
    true,
    true,
    false,
  ])
  expect(await rowOf(person, id)).toMatchObject({ status: 'ready', filesTotal: 520, filesChanged: 40 })
  const { atOnce, contents } = await seenAt(place)
  expect(atOnce).toBe(5)
  expect(Object.values(contents)).toEqual(Array(40).fill(1))
})

/** As if the integration had this usage in the last hours. */
async function useToday(
  as: Person,
  asked: PlanDeployment,
  deployments: number,
  uploads: number,
): Promise<void> {
  const ids = await Promise.all(Array.from({ length: deployments }, () => newDeployment(as, asked)))
  await env.DB.prepare(
    "UPDATE deployments SET status = 'failed', published_at = created_at, finished_at = created_at WHERE team_id = ?",
  )
    .bind(as.teamId)
    .run()
  await env.DB.prepare(
    `INSERT INTO deployment_files (deployment_id, n, team_id, path, size_bytes, content_type, sha256, digest, state)
     SELECT ?1, key, ?2, 'f/' || key, 1, 'text/plain', '', key, 'sent' FROM json_each(?3)`,
  )
    .bind(ids[0], as.teamId, JSON.stringify(Array(uploads).fill(0)))
    .run()
}

test.each([
  ['deployments', 100, 0, /100 deployments a day/],
  ['uploads', 1, 4_999, /5000 uploads a day/],
] as const)(
  "Vercel's daily limit of %s is counted in the plan, and reported before anything is sent",
  async (_what, deployments, uploads, said) => {
    const person = await newPerson()
    const { body, place } = await projectOf(person, 'vercel')
    await zipOf(person, 2)
    const asked = { ...body, ...ZIP, platform: 'vercel' as const }
    expect((await post(`${PATH}/plan`, person, asked)).body.refusals).toEqual([])
    await useToday(person, asked, deployments, uploads)
    // A deleted one still counts.
    const { items } = (await get(`${PATH}?limit=1`, person)).body
    expect((await call('DELETE', `${PATH}/${items[0].id}?keepRemote=true`, { as: person })).status).toBe(204)
    const plan = await post(`${PATH}/plan`, person, asked)
    expect(plan.body.refusals).toEqual([
      { code: 'deployment.limit_reached', message: expect.stringMatching(said) },
    ])
    expect(await deploy(person, asked)).toMatchObject({
      status: 'failed',
      error: { code: 'deployment.limit_reached', message: expect.stringContaining('freePlan to false') },
    })
    expect((await seenAt(place)).contents).toEqual({})
    const paid = { ...asked, settings: { freePlan: false } }
    expect((await post(`${PATH}/plan`, person, paid)).body.refusals).toEqual([])
    expect(await deploy(person, paid)).toMatchObject({ status: 'ready', files: { sent: 2 } })
  },
)
