// Code that several platforms share.
import type { Json } from '../../../core/json.ts'
import { StreamedBody } from '../../../providers/outbound/index.ts'
import type { FileRow } from '../repo/files.ts'
import type { SourceEntry } from '../source/collect.ts'
import { textEntry } from '../source/text-entry.ts'
import type { OpenFile, Refusal, SiteFile } from './platform.ts'

export type Fields = { [name: string]: Json | undefined }

/** The response as an object. Empty if it is none. */
export const fieldsOf = (json: Json | undefined): Fields =>
  typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {}

export const listOf = (json: Json | undefined): Json[] => (Array.isArray(json) ? json : [])

export const textsOf = (json: Json | undefined): string[] =>
  listOf(json).filter((one): one is string => typeof one === 'string')

export const textIn = (json: Json | undefined): string | null =>
  typeof json === 'string' && json !== '' ? json : null

/** The first file of each of these contents: a content is sent once, even if several paths use it. */
export function firstOfEach(files: readonly SiteFile[], digests: ReadonlySet<string>): Set<number> {
  const send = new Set<number>()
  const seen = new Set<string>()
  for (const { n, digest } of files) {
    if (!digests.has(digest) || seen.has(digest)) continue
    seen.add(digest)
    send.add(n)
  }
  return send
}

/** Paths that were published and are not any more. */
export function removedFrom(files: readonly SiteFile[], published: readonly FileRow[] | null): string[] {
  const paths = new Set(files.map(({ path }) => path))
  return (published ?? [])
    .filter(({ state, path }) => state !== 'removed' && !paths.has(path))
    .map(({ path }) => path)
}

/** A file as the body of a call, read while it is sent. */
export const bodyOf = ({ sizeBytes }: SiteFile, open: OpenFile): StreamedBody =>
  new StreamedBody(sizeBytes, open)

/** Adds a file that is derived from the settings, unless the source contains it. */
export function withText(
  entries: readonly SourceEntry[],
  path: string,
  text: string | null,
  contentType: string,
): SourceEntry[] {
  const isThere = entries.some((one) => one.path === path)
  return text === null || isThere ? [...entries] : [textEntry(path, text, contentType), ...entries]
}

/** Settings that a file of the source would override. */
export const hiddenBy = (
  files: readonly SiteFile[],
  path: string,
  isSet: boolean,
  settings: string,
): Refusal[] =>
  isSet && files.some((one) => one.path === path && one.inlineText === null)
    ? [
        {
          code: 'deployment.invalid_source',
          message: `The source has a file ${path}, which defines the same as ${settings}. Remove one of them.`,
        },
      ]
    : []
