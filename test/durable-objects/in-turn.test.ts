// How many sub-workflows of a team are started at the same time.
import { expect, test } from 'vitest'
import { inTurn, takePlace } from '../../durable-objects/run-host/ports/in-turn.ts'

const newTeam = () => ({ busy: new Map<symbol, number>(), line: new Map<symbol, number>() })
const symbols = (count: number) => Array.from({ length: count }, (_, i) => Symbol(`p${i}`))

test('three callers have a place at a time, and the others follow in order of arrival', () => {
  const team = newTeam()
  const places = symbols(6)
  expect(places.map((place) => takePlace(team, place, 0))).toEqual([true, true, true, false, false, false])
  const [first = Symbol(), , , fourth = Symbol(), fifth = Symbol()] = places
  team.busy.delete(first)
  expect(takePlace(team, fifth, 1)).toBe(false)
  expect(takePlace(team, Symbol(), 1)).toBe(false)
  expect(takePlace(team, fourth, 1)).toBe(true)
  expect(takePlace(team, fifth, 1)).toBe(false)
})

test('a lost caller keeps neither its place nor its position in the queue', () => {
  const team = newTeam()
  const [a = Symbol(), b = Symbol(), c = Symbol(), d = Symbol(), e = Symbol()] = symbols(5)
  for (const place of [a, b, c, d, e]) takePlace(team, place, 0)
  team.busy.delete(a)
  expect(takePlace(team, e, 1_000)).toBe(false)
  // `d` has not polled for too long.
  expect(takePlace(team, e, 2_500)).toBe(true)
  expect(takePlace(team, d, 2_600)).toBe(false)
  // The leases of `b` and `c` have expired.
  expect(takePlace(team, d, 10_100)).toBe(true)
})

test('three callers work at a time, and all work is done, even if some fails', async () => {
  let atWork = 0
  let most = 0
  const done = await Promise.allSettled(
    Array.from({ length: 12 }, (_, i) =>
      inTurn('team_busy', new AbortController().signal, Date.now, async () => {
        most = Math.max(most, ++atWork)
        await Promise.resolve()
        atWork--
        if (i % 4 === 0) throw new Error('no')
        return i
      }),
    ),
  )
  expect(most).toBeLessThanOrEqual(3)
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(9)
})

test('a cancelled caller leaves the queue', async () => {
  const never = new Promise<void>(() => undefined)
  const keep = () => inTurn('team_stuck', new AbortController().signal, Date.now, () => never)
  void keep()
  void keep()
  void keep()
  const gone = new AbortController()
  const waiting = inTurn('team_stuck', gone.signal, Date.now, async () => 'done')
  gone.abort(new Error('cancelled'))
  await expect(waiting).rejects.toThrow('cancelled')
})
