// Versions of things that people edit, as clients name them: in an ETag, and in If-Match to make a change safe.
import { AppError } from './errors.ts'

/** A view with what its ETag names. */
export type Versioned<T> = { view: T; revision: number }

/** For a view that shows its version itself. */
export const byVersion = <T extends { version: number }>(view: T): Versioned<T> => ({
  view,
  revision: view.version,
})

export const isVersioned = (value: unknown): value is Versioned<object> =>
  typeof value === 'object' && value !== null && 'view' in value && 'revision' in value

/** The tags that a client would take; null when it does not care, and the last writer wins. */
export type Expected = readonly string[] | null

/** Null when nobody cares; else the version that is there now, which the change must still find when it is written. */
export function requireExpected(expected: Expected, version: number, ...otherTags: string[]): number | null {
  if (expected === null) return null
  if (![String(version), ...otherTags].some((tag) => expected.includes(tag)))
    throw new AppError('resource.stale')
  return version
}
