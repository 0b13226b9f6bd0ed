// The list shows the positions of queued runs, as their gates report them.
import { expect, test } from 'vitest'
import { placesOf } from '../../../src/modules/runs/read/places.ts'
import type { RunRow } from '../../../src/modules/runs/read/repo.ts'
import type { FlowGateNamespace } from '../../../src/objects/flow-gate.ts'
import { get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson } from '../../helpers/people.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const RUNS = '/api/v1/workflows/executions'

const definition = {
  nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
  settings: { concurrency: { limit: 1, key: '{{ input.customer }}' } },
}

async function queued() {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, definition)
  const ids: string[] = []
  for (const customer of ['a', 'a', 'a', 'b', 'b']) {
    const path = `/api/v1/workflows/${workflowId}/execute`
    ids.push((await post(path, person, { input: { customer } })).body.id)
  }
  const listed = async () => {
    const { items } = (await get(RUNS, person)).body as { items: Listed[] }
    return ids.map((id) => items.find((item) => item.id === id))
  }
  await eventually(async () =>
    expect((await listed()).map((item) => item?.status)).toEqual([
      'waiting',
      'queued',
      'queued',
      'waiting',
      'queued',
    ]),
  )
  return { person, ids, listed }
}

type Listed = {
  id: string
  status: string
  waitingFor: { kind: string; detail?: { place: number }; gate?: string }[]
}
const placeOf = (item: Listed | undefined) =>
  item?.waitingFor.find(({ kind }) => kind === 'slot')?.detail?.place

test('each queued run shows its position, like the run itself, also after others have left', async () => {
  const { person, ids, listed } = await queued()
  expect((await listed()).map(placeOf)).toEqual([undefined, 1, 2, undefined, 1])
  expect((await listed()).some((item) => item?.waitingFor.some((wait) => 'gate' in wait))).toBe(false)
  const single = (await get(`${RUNS}/${ids[2]}`, person)).body
  expect(single.waitingFor).toMatchObject([{ kind: 'slot', name: 'a', detail: { place: 2 } }])
  await post(`${RUNS}/${ids[1]}/cancel`, person, {})
  await eventually(async () => expect(placeOf((await listed())[2])).toBe(1))
})

const rowOf = (id: string, gate: string | null, kind = 'slot') =>
  ({ id, waitingFor: JSON.stringify([{ kind, ...(gate === null ? {} : { gate }) }]) }) as unknown as RunRow

/** Gates that record their calls, and answer as configured. */
function gatesThat(answer: (name: string, ids: string[]) => Promise<Record<string, number>>) {
  const asked: [name: string, ids: string[]][] = []
  const gates = {
    idFromName: (name: string) => name,
    get: (name: string) => ({
      places: (ids: string[]) => {
        asked.push([name, ids])
        return answer(name, ids)
      },
    }),
  } as unknown as FlowGateNamespace
  return { asked, gates }
}

test('each gate is asked once, at most twenty of them, and none for a page without queued runs', async () => {
  const { asked, gates } = gatesThat(async (_name, ids) =>
    Object.fromEntries(ids.map((id, i) => [id, i + 1])),
  )
  const rows = [
    rowOf('r1', 'a'),
    rowOf('r2', 'b'),
    rowOf('r3', 'a'),
    rowOf('r4', null),
    rowOf('r5', 'c', 'timer'),
  ]
  expect(await placesOf(gates, rows)).toEqual({ r1: 1, r3: 2, r2: 1 })
  expect(asked).toEqual([
    ['a', ['r1', 'r3']],
    ['b', ['r2']],
  ])
  await placesOf(gates, rows.slice(3))
  expect(asked).toHaveLength(2)
  await placesOf(
    gates,
    Array.from({ length: 100 }, (_, i) => rowOf(`r${i}`, `gate ${i}`)),
  )
  expect(asked).toHaveLength(22)
})

test('positions are left out if a gate does not answer in time', async () => {
  const { gates } = gatesThat((name) => {
    if (name === 'broken') throw new Error('overloaded')
    if (name === 'refuses') return Promise.reject(new Error('overloaded'))
    return name === 'slow' ? new Promise(() => undefined) : Promise.resolve({ r4: 3 })
  })
  const rows = ['broken', 'refuses', 'slow', 'good'].map((gate, i) => rowOf(`r${i + 1}`, gate))
  expect(await placesOf(gates, rows)).toEqual({ r4: 3 })
})
