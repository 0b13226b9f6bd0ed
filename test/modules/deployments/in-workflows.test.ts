import { expect, test } from 'vitest'
import { get, post } from '../../helpers/api.ts'
import { giveObjectsTheTimeOfTheApp } from '../../helpers/clock.ts'
import { newPerson } from '../../helpers/people.ts'
import { bucketOf, fresh, PATH, seenAt } from './deployments.ts'

test('a workflow writes a page, publishes it and continues with the deployment', async () => {
  giveObjectsTheTimeOfTheApp()
  const person = await newPerson()
  const bucket = fresh()
  const { name } = await bucketOf(person, bucket)
  const definition = {
    nodes: [
      {
        id: 'page',
        type: 'file.write',
        params: { name: 'index.html', content: '<!doctype html><p>{{ input.text }}</p>' },
      },
      {
        id: 'publish',
        type: 'deploy.site',
        credential: name,
        params: {
          platform: 'aws-s3',
          project: 'docs',
          source: { files: ['{{ nodes.page }}'] },
          production: true,
        },
      },
    ],
    edges: [{ from: 'page', to: 'publish' }],
    output: '{{ nodes.publish }}',
  }
  const saved = await post('/api/v1/workflows', person, { name: 'Publish', definition })
  expect(saved.status, saved.text).toBe(201)
  const run = await post(
    `/api/v1/workflows/${saved.body.id}/execute`,
    person,
    { input: { text: 'Hello' } },
    { prefer: 'wait=25' },
  )
  expect(run.body).toMatchObject({
    status: 'succeeded',
    output: { status: 'ready', project: 'docs', files: { total: 1, sent: 1 } },
  })
  const { body } = await get(`${PATH}/${run.body.output.id}`, person)
  expect(body).toMatchObject({ status: 'ready', createdBy: run.body.startedBy })
  expect((await get(`/api/v1/runs/${body.runId}`, person)).body).toMatchObject({
    parentRunId: run.body.id,
    kind: 'deployment',
  })
  expect((await seenAt(bucket)).calls.filter(({ method }) => method === 'PUT')).toMatchObject([
    { path: 'docs/index.html' },
  ])
})

test('a definition of a user cannot use the steps of a deployment', async () => {
  const person = await newPerson()
  const definition = { nodes: [{ id: 'a', type: 'deploy.upload', params: {} }] }
  expect(await post('/api/v1/workflows', person, { name: 'Steps', definition })).toMatchObject({
    status: 422,
  })
})
