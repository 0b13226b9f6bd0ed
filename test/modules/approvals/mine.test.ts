// The approvals of a person, over all of their teams.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get } from '../../helpers/api.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { APPROVALS, asked } from './asked.ts'
import { keyOf } from './keys.ts'

/** One person in two teams of others, each with an approval. */
async function twoTeams() {
  const first = await newTeam()
  const ann = await first.join('member')
  const second = await newTeam()
  const put = (role: string) =>
    env.DB.prepare('INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, ?, 1)')
      .bind(second.teamId, ann.userId, role)
      .run()
  await put('member')
  const approvals = [await asked(first.owner), await asked(second.owner)]
  return { first, second, ann, approvals }
}

const ids = (answer: { body: any }): string[] => answer.body.items.map(({ id }: { id: string }) => id).sort()
const mine = (as: Partial<Person>, more = '') => get(`${APPROVALS}?mine=true&status=pending${more}`, as)

test('mine covers all teams of a person, and each approval shows its team', async () => {
  const { first, second, ann, approvals } = await twoTeams()
  const answer = await mine({ token: ann.token }, '&count=true')
  expect(ids(answer)).toEqual(approvals.map(({ id }) => id).sort())
  expect(answer.body.total).toBe(2)
  const teams = answer.body.items.map(({ teamId }: { teamId: string }) => teamId)
  expect(teams.sort()).toEqual([first.teamId, second.teamId].sort())
  const page = await mine({ token: ann.token }, '&limit=1')
  const rest = await mine({ token: ann.token }, `&limit=1&cursor=${page.body.nextCursor}`)
  expect([...ids(page), ...ids(rest)].sort()).toEqual(approvals.map(({ id }) => id).sort())
})

test('with a team, with a key, or without mine, it is one team', async () => {
  const { second, ann, approvals } = await twoTeams()
  expect(ids(await mine({ token: ann.token, teamId: second.teamId }))).toEqual([approvals[1]?.id])
  const key = await keyOf({ ...ann, teamId: second.teamId }, 'runs:read')
  for (let i = 0; i < 2; i++)
    expect(ids(await mine({ apiKey: key.apiKey } as Partial<Person>))).toEqual([approvals[1]?.id])
  expect(ids(await get(APPROVALS, { token: ann.token }))).toEqual([])
})

test('it only contains approvals that the person may decide in each team', async () => {
  const { first, second, ann, approvals } = await twoTeams()
  await env.DB.prepare("UPDATE team_members SET role = 'viewer' WHERE team_id = ? AND user_id = ?")
    .bind(second.teamId, ann.userId)
    .run()
  expect(ids(await mine({ token: ann.token }))).toEqual([approvals[0]?.id])
  expect(ids(await mine({ token: first.owner.token }))).toEqual([])
})

test('an approval is read by its id without its team, and decided the same way', async () => {
  const { first, second, ann, approvals } = await twoTeams()
  const [, approval] = approvals
  const path = `${APPROVALS}/${approval?.id}`
  expect((await get(path, { token: ann.token })).body.teamId).toBe(second.teamId)
  expect((await get(path, { token: first.owner.token })).status).toBe(404)
  const key = await keyOf({ ...ann, teamId: first.teamId }, 'runs:read')
  expect((await get(path, { apiKey: key.apiKey })).status).toBe(404)
})
