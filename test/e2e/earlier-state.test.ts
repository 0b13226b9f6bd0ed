// The state of a build from before runs shared hosts: today's code starts with it, removes what it cannot read, and
// says so once.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test, vi } from 'vitest'
import { buildBundle, ORRERY } from '../../scripts/server/bundle.ts'
import { openDatabase } from '../../scripts/server/database.ts'
import { applyMigrations } from '../../scripts/server/migrate.ts'
import { migrate } from '../../scripts/server/serve.ts'
import { takeState } from '../../scripts/server/state.ts'
import { forget, newStateDir } from './installation.ts'

const HELD = `SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM approvals) + (SELECT count(*) FROM event_waits) AS n`

test('runs of an earlier build, their approvals and waits are removed with their files, and the server says so once', async () => {
  const dir = newStateDir()
  const state = await takeState(dir)
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    const bundle = await buildBundle(ORRERY)
    const before = bundle.migrations.slice(
      0,
      bundle.migrations.findIndex(({ name }) => name.endsWith('_run_hosts.sql')),
    )
    const earlier = await openDatabase(state, bundle)
    await applyMigrations(earlier, before)
    await earlier.batch([
      {
        sql: `INSERT INTO runs (id, team_id, workflow_version, workflow_name, status, trigger_type, seq, created_at)
          VALUES ('run_1', 'team_1', 1, 'Old', 'waiting', 'manual', 1, 1)`,
      },
      {
        sql: `INSERT INTO approvals (id, team_id, run_id, path, status, title, seq, created_at)
          VALUES ('apr_1', 'team_1', 'run_1', 'ask', 'pending', 'May I?', 1, 1)`,
      },
      {
        sql: `INSERT INTO event_waits (run_id, path, team_id, name, key, attempt, since)
          VALUES ('run_1', 'event', 'team_1', 'go', 'go', 1, 1)`,
      },
    ])
    await earlier.close()
    const object = state.file('v3/do/orrery-WorkflowRun/one.sqlite')
    mkdirSync(dirname(object), { recursive: true })
    writeFileSync(object, 'old')

    await migrate(state, bundle)
    await migrate(state, bundle)

    expect(said.mock.calls).toEqual([[expect.stringContaining('those of the earlier build')]])
    expect(existsSync(dirname(object))).toBe(false)
    const now = await openDatabase(state, bundle)
    expect(await now.batch([{ sql: HELD }])).toEqual([[{ n: 0 }]])
    await now.close()
  } finally {
    said.mockRestore()
    state.note({ runtime: null })
    state.release()
    forget(dir)
  }
})
