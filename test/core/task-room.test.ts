import { expect, test } from 'vitest'
import { type Queued, type Room, withinLimits } from '../../src/modules/tasks/pure/room.ts'
import { cutByBytes } from '../../src/modules/tasks/read/walk.ts'

const queued = (...names: string[]): (Queued & { id: number })[] =>
  names.map((assignee, id) => ({ id, assignee, agentId: assignee.startsWith('agt') ? assignee : '' }))
const limit = (kind: Room['kind'], subject: string, room: number): Room => ({ kind, subject, room })
const idsOf = (tasks: { id: number }[]): number[] => tasks.map(({ id }) => id)

test('tasks that start together take the room of each limit that counts them', () => {
  const tasks = queued('ada', 'ada', 'bob', 'agt_1', 'agt_1', '')
  expect(idsOf(withinLimits(tasks, []))).toEqual([0, 1, 2, 3, 4, 5])
  expect(idsOf(withinLimits(tasks, [limit('status', 'running', 2)]))).toEqual([0, 1])
  expect(idsOf(withinLimits(tasks, [limit('assignee', 'ada', 1), limit('agent', 'agt_1', 1)]))).toEqual([
    0, 2, 3, 5,
  ])
  expect(idsOf(withinLimits(tasks, [limit('assignee', 'ada', 1), limit('status', 'running', 3)]))).toEqual([
    0, 2, 3,
  ])
  expect(idsOf(withinLimits(tasks, [limit('assignee', 'ada', 0)]))).toEqual([2, 3, 4, 5])
})

test('a limit on another status stops every start while it is full, and takes no room otherwise', () => {
  const tasks = queued('ada', 'bob')
  expect(withinLimits(tasks, [limit('status', 'waiting', 0)])).toEqual([])
  expect(idsOf(withinLimits(tasks, [limit('status', 'waiting', 1)]))).toEqual([0, 1])
})

test('a walk reads at most 4 MB at once, or one task', () => {
  const MB = 1024 * 1024
  const found = (...sizes: number[]) => sizes.map((bytes, n) => ({ id: `t${n}`, bytes }))
  expect(cutByBytes([])).toEqual([])
  expect(cutByBytes(found(1, 2, 3))).toEqual([['t0', 't1', 't2']])
  expect(cutByBytes(found(2 * MB, 2 * MB, 1))).toEqual([['t0', 't1'], ['t2']])
  expect(cutByBytes(found(9 * MB, 9 * MB, 1, 1))).toEqual([['t0'], ['t1'], ['t2', 't3']])
})
