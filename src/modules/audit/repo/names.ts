// Current names for the ids in a team's audit log. Each query looks up ids of one kind by primary key and returns only rows of
// the team. Deleted rows have no name.

/** `?1` is the team, `?2` the ids as JSON. */
const IDS = 'SELECT value FROM json_each(?2)'
const NAMED: Record<string, string> = {
  api_key: `SELECT id, name FROM api_keys WHERE id IN (${IDS}) AND team_id = ?1`,
  approval: `SELECT id, title AS name FROM approvals WHERE id IN (${IDS}) AND team_id = ?1`,
  event: `SELECT id, name FROM inbound_events WHERE team_id = ?1 AND id IN (${IDS})`,
  invitation: `SELECT id, email AS name FROM team_invitations WHERE id IN (${IDS}) AND team_id = ?1`,
  run: `SELECT id, COALESCE(title, workflow_name) AS name FROM runs WHERE id IN (${IDS}) AND team_id = ?1 AND deleted_at IS NULL`,
  team: `SELECT id, name FROM teams WHERE id IN (${IDS}) AND id = ?1`,
  template: `SELECT id, name FROM workflow_templates WHERE id IN (${IDS}) AND team_id = ?1`,
  trigger: `SELECT t.id, w.name || ', ' || t.key AS name FROM workflow_triggers t JOIN workflows w ON w.id = t.workflow_id
    WHERE t.id IN (${IDS}) AND t.team_id = ?1`,
  variable: `SELECT name AS id, name FROM team_variables WHERE team_id = ?1 AND name IN (${IDS})`,
  workflow: `SELECT id, name FROM workflows WHERE id IN (${IDS}) AND team_id = ?1`,
}

/** Never returns the email address of people outside the team or of platform administrators. */
const PEOPLE = `SELECT u.id, m.user_id IS NOT NULL AS isMember,
    CASE WHEN m.user_id IS NOT NULL THEN COALESCE(NULLIF(u.name, ''), u.email)
      WHEN u.role = 'admin' THEN 'An administrator of the platform' ELSE NULLIF(u.name, '') END AS name
  FROM users u LEFT JOIN team_members m ON m.team_id = ?1 AND m.user_id = u.id WHERE u.id IN (${IDS})`

export type Person = { id: string; name: string | null; isMember: number }

export type Names = {
  people: ReadonlyMap<string, Person>
  /** By kind, then by id. */
  things: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** `ids` are grouped by kind. People use the kind `user`. */
export async function findNames(
  d1: D1Database,
  teamId: string,
  ids: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Names> {
  const kinds = [...ids.keys()].filter((kind) => NAMED[kind] !== undefined)
  const query = (sql: string, kind: string) =>
    d1.prepare(sql).bind(teamId, JSON.stringify([...(ids.get(kind) ?? [])]))
  const [people, ...answers] = await d1.batch<Person | { id: string; name: string | null }>([
    query(PEOPLE, 'user'),
    ...kinds.map((kind) => query(NAMED[kind] ?? '', kind)),
  ])
  const things = kinds.map((kind, index) => {
    const named = (answers[index]?.results ?? []).flatMap(({ id, name }): [string, string][] =>
      name === null || name === '' ? [] : [[id, name]],
    )
    return [kind, new Map(named)] as const
  })
  return {
    people: new Map(((people?.results ?? []) as Person[]).map((person) => [person.id, person])),
    things: new Map(things),
  }
}
