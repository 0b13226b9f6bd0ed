// Keys identify workflows in files and in other workflows. They are unique within a team.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Change, commit, isUniqueViolation } from '../../../db/commit.ts'

const MAX_CHARS = 60

/** ASCII only, so a key can be used unescaped in a URL and a header. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_CHARS) || 'workflow'

/** A key that is not taken: it ends with the end of the id. */
export const keyWithId = (key: string, id: string): string => `${key.slice(0, 89)}-${id.slice(-10)}`

/** Commits a change that gives a workflow this key. Throws a conflict if another workflow has it. */
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
      detail: `Another workflow of the team already has the key ${key}.`,
      errors: [{ path: '/key', message: 'taken', code: 'taken' }],
    })
  }
}
