import { expect, test } from 'vitest'
import { isId, newApprovalId, newId, runIdOfApproval } from '../../src/core/ids.ts'
import { derivedRunId, hostOf, MAX_PLACES, newRunId, placeOf, startKeyOf } from '../../src/core/run-id.ts'

const NOW = 1_800_000_000_000
const team = () => newId('team', NOW)

test('a run id has the form of every id, sorts by time and contains its place', () => {
  const teamId = team()
  for (const place of [0, 1, 31, 32, 63, MAX_PLACES - 1, 'own'] as const) {
    const id = newRunId(teamId, place, NOW)
    expect(isId('run', id)).toBe(true)
    expect(placeOf(id)).toBe(place)
    expect(newRunId(teamId, place, NOW + 1) > id).toBe(true)
    expect(runIdOfApproval(newApprovalId(id))).toBe(id)
  }
})

test('runs of a team share a host by their place, and two teams never do', () => {
  const [one, other] = [team(), team()]
  expect(hostOf(newRunId(one, 3, NOW))).toBe(hostOf(newRunId(one, 3, NOW + 5_000)))
  expect(hostOf(newRunId(one, 3, NOW))).not.toBe(hostOf(newRunId(one, 4, NOW)))
  expect(hostOf(newRunId(one, 3, NOW))).not.toBe(hostOf(newRunId(other, 3, NOW)))
  expect(hostOf(newRunId(one, 'own', NOW))).not.toBe(hostOf(newRunId(one, 'own', NOW)))
})

test('a derived id follows from its text, is distributed over the hosts, and keeps its key in each place', async () => {
  const teamId = team()
  const ids = await Promise.all(
    Array.from({ length: 200 }, (_, n) => derivedRunId(teamId, `start ${n}`, { shards: 4 })),
  )
  expect(await derivedRunId(teamId, 'start 0', { shards: 4 })).toBe(ids[0])
  const places = ids.map(placeOf)
  for (let shard = 0; shard < 4; shard++)
    expect(places.filter((place) => place === shard).length).toBeGreaterThan(25)
  const keys = new Set(ids.map(startKeyOf))
  expect(keys.size).toBe(200)
  for (const place of [{ shards: 16 }, { shards: 4, after: 4 }, 'own'] as const) {
    const moved = await derivedRunId(teamId, 'start 0', place)
    expect(startKeyOf(moved)).toBe(startKeyOf(ids[0] ?? ''))
  }
})
