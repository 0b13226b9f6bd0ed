import { type Statement, statement } from '../../../db/statement.ts'

/** The descendants of a moved task move with it. */
export const moveSubtree = (
  teamId: string,
  ids: readonly string[],
  rootId: string,
  deeper: number,
): Statement =>
  statement(
    'UPDATE tasks SET root_id = ?3, depth = depth + ?4 WHERE team_id = ?1 AND id IN (SELECT value FROM json_each(?2))',
    teamId,
    JSON.stringify(ids),
    rootId,
    deeper,
  )
