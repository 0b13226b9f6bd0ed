// Keys of workflows: what files and other workflows call them. They are unique within a team.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Change, commit, isUniqueViolation } from '../../../db/commit.ts'

const MAX_CHARS = 60

/** ASCII only, so that it can stand in a URL and in a header as it is. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_CHARS) || 'workflow'

/** Another key that nobody else has, since it ends like the id. */
export const keyBeside = (key: string, id: string): string => `${key.slice(0, 89)}-${id.slice(-10)}`

/** A commit that gives a workflow this key, or says that another one has it. */
export async function commitWithKey(
  ctx: ServiceContext,
  key: string | undefined,
  change: Change,
): Promise<'done' | 'guard_missed'> {
  try {
    return await commit(ctx, change)
  } catch (error) {
    if (key === undefined || !isUniqueViolation(error, 'workflows.key')) throw error
    throw new AppError('resource.exists', {
      detail: `Another workflow of the team has the key ${key}.`,
      errors: [{ path: '/key', message: 'taken', code: 'taken' }],
    })
  }
}
