import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { runOf, start } from '../../helpers/runs.ts'

const byAdmin = async (person: Person) =>
  call('DELETE', `/api/v1/admin/users/${person.userId}`, { as: await newPerson({ platformRole: 'admin' }) })

const bySelf = (person: Person) => call('DELETE', '/api/v1/users/profile', { as: person, body: {} })

/** A user with a second team, a file in each place and a run that waits in both teams. */
async function newOwner() {
  const person = await newPerson()
  const second = await post('/api/v1/teams', person, { name: 'Alone' })
  const teams = [person.teamId, second.body.id as string]
  await env.FILES.put(`avatars/${person.userId}/x`, 'x')
  const runs: string[] = []
  for (const teamId of teams) {
    await env.FILES.put(`teams/${teamId}/x`, 'x')
    const wait = { nodes: [{ id: 'wait', type: 'flow.wait', params: { durationMs: 3_600_000 } }] }
    const run = await start(wait, { teamId }, { waitMs: 0 })
    runs.push(run.id)
    await env.DB.prepare(
      `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at)
       VALUES (?, ?, 1, 'secret name', 'waiting', 'manual', 1, ?) ON CONFLICT DO NOTHING`,
    )
      .bind(run.id, teamId, clock.now())
      .run()
  }
  return { person, teams, runs }
}

async function whatIsLeft({ person, teams, runs }: Awaited<ReturnType<typeof newOwner>>) {
  const count = async (table: string, column: string, values: string[]) =>
    (
      await env.DB.prepare(
        `SELECT count(*) AS n FROM ${table} WHERE ${column} IN (SELECT value FROM json_each(?))`,
      )
        .bind(JSON.stringify(values))
        .first<{ n: number }>()
    )?.n
  return {
    users: await count('users', 'id', [person.userId]),
    sessions: await count('sessions', 'user_id', [person.userId]),
    members: await count('team_members', 'team_id', teams),
    teams: await count('teams', 'id', teams),
    files: (
      await Promise.all(
        [`avatars/${person.userId}/x`, ...teams.map((id) => `teams/${id}/x`)].map((key) =>
          env.FILES.head(key),
        ),
      )
    ).filter((file) => file !== null).length,
    runs: (
      await env.DB.prepare(
        `SELECT workflow_name AS name, deleted_at IS NOT NULL AS buried FROM runs
         WHERE id IN (SELECT value FROM json_each(?))`,
      )
        .bind(JSON.stringify(runs))
        .all()
    ).results,
    objects: await Promise.all(runs.map((id) => runOf(id).view({}))),
  }
}

test.each([
  ['an admin', byAdmin],
  ['its owner', bySelf],
])(
  'an account deleted by %s leaves the same behind, and its waiting runs are removed',
  async (_who, remove) => {
    const owner = await newOwner()
    expect((await whatIsLeft(owner)).objects.every((view) => view !== null)).toBe(true)
    expect((await remove(owner.person)).status).toBe(204)
    await runJobs()
    expect(await whatIsLeft(owner)).toEqual({
      users: 0,
      sessions: 0,
      members: 0,
      teams: 0,
      files: 0,
      runs: [
        { name: '', buried: 1 },
        { name: '', buried: 1 },
      ],
      objects: [null, null],
    })
  },
)
