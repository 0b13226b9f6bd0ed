// Files for modules that publish many of them. A version never changes, so what was selected is what is sent later.
import type { RequestContext } from '../../../context.ts'
import { findObjectKeys } from '../repo/sources.ts'
import { extensionOf, typeOf } from '../types/table.ts'

export type Version = { fileId: string; version: number }

/** The content of a version, or a part of it. Null if the version is gone. */
export type OpenContent = (
  of: Version,
  part?: { offset: number; length: number },
) => Promise<ReadableStream<Uint8Array> | null>

/** Queries all of them at once. */
export async function openVersions(
  scope: RequestContext,
  teamId: string,
  versions: readonly Version[],
): Promise<OpenContent> {
  const keyOf = ({ fileId, version }: Version): string => `${fileId} ${version}`
  const wanted = new Map(versions.map((one) => [keyOf(one), one]))
  const found = await findObjectKeys(scope.env.DB, teamId, [...wanted.values()])
  const keys = new Map(found.map((one) => [keyOf(one), one.objectKey]))
  return async (of, part) => {
    const key = keys.get(keyOf(of))
    if (key === undefined) return null
    const object = await scope.env.FILES.get(key, part === undefined ? {} : { range: part })
    return object?.body ?? null
  }
}

/** By its extension, as for uploads. Null if it is unknown. */
export const contentTypeOf = (name: string): string | null => typeOf(extensionOf(name))?.contentType ?? null
