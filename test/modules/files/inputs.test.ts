// Files in the input of runs that are not started manually: known ones are filled in, and values that only look like
// files do not change.
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { startScheduledRun } from '../../../src/modules/schedules/start.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { deliver, echo, hooked, inputOf, JSON_TYPE } from '../hooks/deliver.ts'
import { FILES, upload } from './support/files.ts'

const refOf = ({ id, name, contentType, sizeBytes, sha256 }: any) => ({
  $file: id,
  name,
  type: contentType,
  sizeBytes,
  sha256,
})

const newFile = async (as: Person, name = 'a.txt') => (await upload(as, name, 'hello')).body

const usesOf = async (as: Person, id: string) => (await call('DELETE', `${FILES}/${id}`, { as })).body.uses

test('a webhook passes on files of the team, and none of another', async () => {
  const hook = await hooked()
  const file = await newFile(hook.person)
  const foreign = await newFile(await newPerson())
  const chance = [{ $file: foreign.id }, { $file: 'a.txt' }, { $file: newId('file', 1), more: 1 }]
  const body = JSON.stringify({ doc: { $file: file.id }, chance })
  const delivered = await deliver(hook, { body, headers: JSON_TYPE })
  expect((await inputOf(delivered)).body).toEqual({ doc: refOf(file), chance })
  const use = { kind: 'run', id: delivered.body.runId }
  const listed = await get(`${FILES}/${file.id}/uses?count=true`, hook.person)
  expect(listed.body).toEqual({
    items: [{ ...use, createdAt: expect.any(String) }],
    nextCursor: null,
    total: 1,
  })
  expect(await usesOf(hook.person, file.id)).toEqual([use])
})

test('a schedule and a sub-workflow get files through their input', async () => {
  const person = await newPerson()
  const file = await newFile(person)
  const input = { doc: { $file: file.id } }
  const inner = await newWorkflow(person.teamId, { ...echo, output: '{{ input }}' })
  const node = { id: 'inner', type: 'flow.workflow', params: { workflowId: inner, input } }
  const outer = await newWorkflow(person.teamId, { nodes: [node], output: '{{ nodes.inner }}' })
  const ran = await post(`/api/v1/workflows/${outer}/execute`, person, {}, { prefer: 'wait=10' })
  expect([ran.body.status, ran.body.output]).toEqual(['succeeded', { doc: refOf(file) }])

  const { id: triggerId } = await newTrigger(person.teamId, inner, {
    type: 'schedule',
    cron: '0 0 * * *',
    input,
  })
  const scheduledFor = clock.now()
  const message = { type: 'run.start', triggerId, teamId: person.teamId as string, scheduledFor } as const
  await withContext((request) => startScheduledRun(request, message))
  // The list gets a run with the report of its host.
  const scheduled = await eventually(async () => {
    const { items } = (await get(`/api/v1/runs?workflowId=${inner}`, person)).body
    const found = items.find(({ trigger }: any) => trigger.type === 'schedule')
    if (found === undefined) throw new Error('Not in the list yet')
    return found
  })
  expect((await get(`/api/v1/runs/${scheduled.id}`, person)).body.input).toEqual({ doc: refOf(file) })
})
