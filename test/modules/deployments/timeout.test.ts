// The end of a deployment that the platform never finishes, and the notifications about it.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { firstOf } from '../../../src/db/hot-read.ts'
import { findPublished } from '../../../src/modules/deployments/repo/deployments.ts'
import { takeEnd } from '../../../src/modules/deployments/service/end.ts'
import { get, post } from '../../helpers/api.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { socket } from '../realtime/sockets.ts'
import { bucketOf, deploy, ended, failAt, fresh, PATH, projectOf, uploadSite } from './deployments.ts'
import { newDeployment, rowOf, step, walk } from './steps.ts'

const SITE = { 'index.html': '<!doctype html><p>One</p>', 'a.css': 'p {}' }
const MINUTE_MS = 60_000

const noticesOf = async (
  as: Person,
): Promise<{ kind: string; title: string; message: string; subject: unknown }[]> => {
  await runJobs(['event.dispatch', 'run.start', 'mail.send'])
  return (await get('/api/v1/users/notifications', as)).body.items
}

test('a platform that processes for more than 20 minutes ends the deployment, and can be asked again', async () => {
  const person = await newPerson()
  const { body, place, folder } = await projectOf(person, 'netlify')
  await uploadSite(person, folder, SITE)
  const id = await newDeployment(person, { ...body, platform: 'netlify' })
  await walk(person, id, { to: 'check' })
  const deployId = (await rowOf(person, id)).platformId
  const busy = JSON.stringify({ id: deployId, state: 'processing' })
  await failAt(place, { match: `GET /deploys/${deployId}$`, status: 200, body: busy, times: 3 })
  const begun = (await rowOf(person, id)).publishedAt as number
  const early = await step(person, id, 'check', begun + 20 * MINUTE_MS - 1_000)
  expect(early).toMatchObject({ again: true, until: begun + 20 * MINUTE_MS + 14_000 })
  const fault = await step(person, id, 'check', begun + 20 * MINUTE_MS).catch((error: unknown) => error)
  expect(fault).toMatchObject({ code: 'deployment.timeout' })
  const { runId } = await rowOf(person, id)
  const { code, detail } = fault as { code: string; detail: string }
  const end = {
    type: 'deployment.ended',
    status: 'failed',
    cancelledBy: null,
    error: { code, message: detail },
  } as const
  await withContext((request) =>
    takeEnd(request, { ...end, teamId: person.teamId as string, deploymentId: id, runId }),
  )
  expect((await get(`${PATH}/${id}`, person)).body).toMatchObject({
    status: 'failed',
    error: { code: 'deployment.timeout', message: expect.stringContaining(`/deployments/${id}/refresh`) },
  })
  // It is not done yet, then it is.
  expect((await post(`${PATH}/${id}/refresh`, person, {})).body).toMatchObject({ status: 'failed' })
  const later = await deploy(person, { ...body, platform: 'netlify' })
  // The steps above ran at times ahead of those of the later deployment.
  await env.DB.prepare(
    'UPDATE deployments SET published_at = (SELECT ready_at - 1 FROM deployments WHERE id = ?2) WHERE id = ?1',
  )
    .bind(id, later.id)
    .run()
  expect((await post(`${PATH}/${id}/refresh`, person, {})).body).toMatchObject({
    status: 'ready',
    error: null,
    readyAt: expect.any(String),
  })
  // The later one is still the published one.
  const { target } = await rowOf(person, id)
  expect(await firstOf(env.DB, findPublished(person.teamId as string, target))).toMatchObject({
    id: later.id,
  })
  expect((await noticesOf(person)).map(({ kind }) => kind)).toContain('deployment.failed')
})

test('followers of a deployment see its progress, its log and its end', async () => {
  const person = await newPerson()
  const bucket = fresh()
  const { id: integrationId } = await bucketOf(person, bucket)
  await uploadSite(person, bucket, SITE)
  // It waits for a moment, so that the follower is connected.
  await failAt(bucket, { match: 'GET', status: 503, headers: { 'retry-after': '1' } })
  const source = { prefix: bucket }
  const { id } = (
    await post(PATH, person, { platform: 'aws-s3', integrationId, project: '/', source, production: true })
  ).body
  const channel = `deployment:${id}`
  const live = await socket(person, [channel])
  const stranger = await socket(await newPerson(), [channel])
  await live.until(() => live.events(channel).some(({ event }) => event.data.status === 'ready'))
  const seen = live.events(channel).map(({ event }) => event)
  expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['deployment.progress']))
  const lines = seen.flatMap(({ data }) => data.lines)
  expect(
    lines
      .filter(({ message }) => message === 'Sent')
      .map(({ file }) => file)
      .sort(),
  ).toEqual(['a.css', 'index.html'])
  expect(lines.map(({ seq }) => seq)).toEqual([...lines.map(({ seq }) => seq)].sort((a, b) => a - b))
  expect(seen.at(-1)?.data).toMatchObject({ id, status: 'ready', files: { total: 2, sent: 2 } })
  expect(stranger.events(channel)).toEqual([])
  live.close()
  stranger.close()
})

test('the person who started a deployment gets a notification about its end', async () => {
  const person = await newPerson()
  const bucket = fresh()
  const { id: integrationId } = await bucketOf(person, bucket)
  await uploadSite(person, bucket, SITE)
  const body = {
    platform: 'aws-s3',
    integrationId,
    project: 'docs',
    source: { prefix: bucket },
    production: true,
  }
  const done = await deploy(person, body)
  await failAt(bucket, { match: 'GET', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' })
  const failed = await deploy(person, body)
  const again = await post(`${PATH}/${failed.id}/redeploy`, person, {})
  expect(await ended(person, again.body.id)).toMatchObject({
    status: 'ready',
    action: 'redeploy',
    basedOn: failed.id,
  })
  const notices = await noticesOf(person)
  const about = (id: string) => notices.find(({ subject }) => (subject as { id: string }).id === id)
  expect(about(failed.id)).toMatchObject({
    kind: 'deployment.failed',
    message: expect.stringContaining('s3:PutObject'),
  })
  // Notifications of one project are combined in the newest.
  expect(about(again.body.id) ?? about(done.id)).toMatchObject({
    kind: 'deployment.ready',
    title: 'docs is published',
  })
})
