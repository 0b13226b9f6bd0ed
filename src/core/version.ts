// Versions of objects that people edit. Clients see them as ETags and send If-Match to update safely.
import { AppError } from './errors.ts'

/** A view with the revision for its ETag. */
export type Versioned<T> = { view: T; revision: number }

/** For a view that contains its own version. */
export const byVersion = <T extends { version: number }>(view: T): Versioned<T> => ({
  view,
  revision: view.version,
})

export const isVersioned = (value: unknown): value is Versioned<object> =>
  typeof value === 'object' && value !== null && 'view' in value && 'revision' in value

/** The acceptable tags. Null if the client sent no condition; then the last writer wins. */
export type Expected = readonly string[] | null

/** Returns null without a condition; otherwise the current version, which must still be current when the change is written. */
export function requireExpected(expected: Expected, version: number, ...otherTags: string[]): number | null {
  if (expected === null) return null
  if (![String(version), ...otherTags].some((tag) => expected.includes(tag)))
    throw new AppError('resource.stale')
  return version
}
