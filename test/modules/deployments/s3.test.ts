import { expect, test } from 'vitest'
import { get } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { bucketOf, deploy, fresh, PATH, seenAt, uploadSite } from './deployments.ts'

const SITE = {
  'index.html': '<!doctype html><link rel="stylesheet" href="/site.css"><p>One</p>',
  'site.css': 'p { color: teal }',
  'about/us.html': '<!doctype html><p>Us</p>',
  'data.json': '{"a":1}',
}

test('a folder is deployed to a bucket, and only changes are sent the next time', async () => {
  const person = await newPerson()
  const bucket = fresh()
  const { id: integrationId } = await bucketOf(person, bucket)
  await uploadSite(person, 'site', SITE)
  const body = {
    platform: 'aws-s3',
    integrationId,
    project: '/',
    source: { prefix: 'site' },
    production: true,
  }
  const first = await deploy(person, body)
  expect(first).toMatchObject({ status: 'ready', error: null, files: { total: 4, changed: 4, sent: 4 } })
  const put = (await seenAt(bucket)).calls.filter(({ method }) => method === 'PUT').map(({ path }) => path)
  expect(put).toHaveLength(4)
  expect(put.at(-1)).toBe('index.html')

  await uploadSite(person, 'site', { 'index.html': `${SITE['index.html']}<p>Two</p>` })
  const second = await deploy(person, body)
  expect(second).toMatchObject({ status: 'ready', files: { total: 4, changed: 1, sent: 1 } })
  const logs = await get(`${PATH}/${second.id}/logs`, person)
  expect(logs.body.items.map(({ message }: { message: string }) => message)).toContain('Ready')
  expect(logs.body.items).toContainEqual(
    expect.objectContaining({ message: 'Sent', file: 'index.html', level: 'info' }),
  )
  expect((await get(`/api/v1/runs/${first.runId}`, person)).body).toMatchObject({
    kind: 'deployment',
    subjectId: first.id,
    status: 'succeeded',
  })
})
