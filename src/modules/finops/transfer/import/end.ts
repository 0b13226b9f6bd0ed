// Ends an import. Invariant: it ends once. A second attempt changes nothing.
import type { RequestContext } from '../../../../context.ts'
import { commit } from '../../../../db/commit.ts'
import type { ImportEnded } from '../../../../queue/messages/finops.ts'
import { type ErrorRow, guardEnd, type ImportRow, insertErrors } from './repo.ts'

export type End = { status: 'succeeded' | 'failed' | 'cancelled'; error: string | null }

const MAX_ERROR = 1_000

export async function endImport(
  request: RequestContext,
  { id, teamId }: Pick<ImportRow, 'id' | 'teamId'>,
  { status, error }: End,
  errors: ErrorRow[] = [],
): Promise<void> {
  await commit(
    { ...request, system: true },
    {
      guard: guardEnd({ id, teamId }, status, error?.slice(0, MAX_ERROR) ?? null, request.now()),
      statements: errors.length === 0 ? [] : [insertErrors(id, errors)],
      audit: {
        ...{ action: `import.${status}`, targetType: 'import', targetId: id, teamId },
        ...(error === null ? {} : { after: { error } }),
      },
    },
  )
}

/** Called by the message of the run. The last step has usually reported the result before. */
export const takeImportEnd = (
  request: RequestContext,
  { teamId, importId, status, error }: ImportEnded,
): Promise<void> =>
  endImport(
    request,
    { id: importId, teamId },
    status === 'failed'
      ? { status, error: error?.message ?? 'The import failed several times. Start it again.' }
      : { status, error: null },
  )
