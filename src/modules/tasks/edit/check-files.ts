// Files of a task: those of its list, and `{ "$file": "…" }` anywhere in its input.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { findRefs, resolveFileInputs } from '../../files/index.ts'

export async function checkTaskFiles(
  request: RequestContext,
  teamId: string,
  files: readonly string[],
  input: Json,
): Promise<void> {
  if (files.length > 0) {
    const found = new Set((await findRefs(request.env.DB, teamId, files)).map(({ $file }) => $file))
    const errors = files.flatMap((id, at) =>
      found.has(id)
        ? []
        : [{ path: `/files/${at}` as const, message: `The team has no file ${id}`, code: 'file.not_found' }],
    )
    if (errors.length > 0) throw new AppError('request.invalid', { errors })
  }
  try {
    await resolveFileInputs(request, teamId, input)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'run.invalid_input') throw error
    throw new AppError('request.invalid', {
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      ...(error.errors === undefined ? {} : { errors: error.errors }),
    })
  }
}
