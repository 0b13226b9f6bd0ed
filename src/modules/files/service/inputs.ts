// Files in the input of a run: each `{ "$file": "file_…" }` becomes a reference to the file. Invariants:
// 1. Only files of the run's team are found.
// 2. An API key can only name files if it can read them, because what the run does with a file can reveal its content.
import type { RequestContext } from '../../../context.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { isId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { pointerOf } from '../../../core/pointer.ts'
import { requireScope, type ScopeHolder } from '../../../http/scopes.ts'
import { type FileRef, findRefs } from '../repo/selection.ts'

export const MAX_INPUT_FILES = 100

type Found = { path: PropertyKey[]; id: string }

/** Throws 403 for an API key without `files:read` if the value names files. `what` says what the value is for. */
export function requireFilesReadable(asker: ScopeHolder, value: unknown, what: string): void {
  if (!namesFiles(value)) return
  requireScope(asker, 'files:read', `${what} names files, which requires the scope files:read.`)
}

/** Whether `{ "$file": "…" }` is anywhere in the value. */
export function namesFiles(value: unknown): boolean {
  const found: Found[] = []
  collect(value as Json, [], found)
  return found.length > 0
}

/**
 * The input with all references filled in, and the ids of the files. Throws `file.not_found` with the path of each
 * missing file.
 */
export async function resolveFileInputs(
  scope: RequestContext,
  teamId: string,
  input: Json,
): Promise<{ input: Json; fileIds: string[] }> {
  const found: Found[] = []
  collect(input, ['input'], found)
  if (found.length === 0) return { input, fileIds: [] }
  const ids = [...new Set(found.map(({ id }) => id))]
  if (ids.length > MAX_INPUT_FILES)
    throw new AppError('run.invalid_input', {
      detail: `An input can have at most ${MAX_INPUT_FILES} files. Pass a list of names instead and read the files one by one.`,
    })
  const refs = new Map((await findRefs(scope.env.DB, teamId, ids)).map((ref) => [ref.$file, ref]))
  const errors = found
    .filter(({ id }) => !refs.has(id))
    .map(
      ({ path, id }): FieldError => ({
        path: pointerOf(path),
        message: `The team has no file ${id}`,
        code: 'file.not_found',
      }),
    )
  if (errors.length > 0) throw new AppError('run.invalid_input', { errors: errors.slice(0, 50) })
  return { input: filled(input, refs), fileIds: ids }
}

/**
 * The same for input that nobody has just entered: from a trigger, an event, a schedule or a parent run. It may look
 * like a reference by chance, or refer to a deleted file. Then it is not changed, and the node that needs the file
 * fails.
 */
export async function fillFileInputs(
  scope: RequestContext,
  teamId: string,
  input: Json,
): Promise<{ input: Json; fileIds: string[] }> {
  const found: Found[] = []
  collect(input, [], found)
  const ids = [...new Set(found.map(({ id }) => id).filter((id) => isId('file', id)))]
  if (ids.length === 0 || ids.length > MAX_INPUT_FILES) return { input, fileIds: [] }
  const refs = new Map((await findRefs(scope.env.DB, teamId, ids)).map((ref) => [ref.$file, ref]))
  return { input: filled(input, refs), fileIds: [...refs.keys()] }
}

const isReference = (value: object): value is { $file: string } =>
  typeof (value as { $file?: unknown }).$file === 'string'

function collect(value: Json, path: PropertyKey[], found: Found[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) for (const [i, one] of value.entries()) collect(one, [...path, i], found)
  else if (isReference(value)) found.push({ path: [...path, '$file'], id: value.$file })
  else for (const [key, one] of Object.entries(value)) collect(one, [...path, key], found)
}

function filled(value: Json, refs: ReadonlyMap<string, FileRef>): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => filled(one, refs))
  if (isReference(value)) return { ...value, ...refs.get(value.$file) }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, refs)]))
}
