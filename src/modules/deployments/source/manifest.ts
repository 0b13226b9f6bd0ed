// The manifest of a deployment: each file with the digests of its content. Invariants:
// 1. Sizes are counted while content is read. A content that is larger than claimed, or a total above the limit,
//    stops reading.
// 2. A content with a known digest from an earlier manifest of the target is not read again.
import type { RequestContext } from '../../../context.ts'
import { crc32 } from '../../../core/formats/crc32.ts'
import { openVersions } from '../../files/index.ts'
import type { FileRow } from '../repo/files.ts'
import type { SourceEntry } from './collect.ts'
import { openPlace, versionOf } from './content.ts'
import { type DigestKind, type Digests, digestOf } from './digest.ts'
import { invalid, MAX_BYTES, tooManyBytes } from './faults.ts'
import { type Reader, readerOf } from './windows.ts'
import { ZipFault } from './zip-directory.ts'

export type ManifestFile = Omit<FileRow, 'state' | 'meta'>

const AT_ONCE = 8

export async function manifestOf(
  scope: { request: RequestContext; teamId: string },
  entries: readonly SourceEntry[],
  kind: DigestKind,
  known: ReadonlyMap<string, string>,
): Promise<ManifestFile[]> {
  const open = await openVersions(scope.request, scope.teamId, entries.map(versionOf))
  const reader = readerOf(open, entries)
  const files: ManifestFile[] = []
  let total = 0
  const count = (bytes: number): void => {
    total += bytes
    if (total > MAX_BYTES) throw tooManyBytes(total)
  }
  await atOnce(AT_ONCE, entries, async (entry, n) => {
    const { path, sizeBytes, contentType, sha256, crc: _crc, ...place } = entry
    const digest = sha256 === null ? undefined : known.get(sha256)
    if (digest !== undefined) count(sizeBytes)
    const digests =
      digest === undefined || sha256 === null
        ? await read(reader, entry, kind, count)
        : { sha256, digest, sizeBytes }
    files[n] = { n, path, contentType, ...place, ...digests }
  })
  return files
}

async function read(
  reader: Reader,
  entry: SourceEntry,
  kind: DigestKind,
  count: (bytes: number) => void,
): Promise<Digests> {
  let crc = 0
  let seen = 0
  try {
    const content = await openPlace(reader, entry)
    const digests = await digestOf(content, entry.sizeBytes, kind, (piece) => {
      seen += piece.byteLength
      if (seen > entry.sizeBytes) throw new ZipFault('is larger than the directory says')
      count(piece.byteLength)
      if (entry.crc !== null) crc = crc32(crc, piece)
    })
    if (seen !== entry.sizeBytes) throw new ZipFault('is smaller than the directory says')
    if (entry.crc !== null && crc !== entry.crc) throw new ZipFault('is damaged: its checksum does not match')
    return digests
  } catch (error) {
    if (error instanceof ZipFault) throw invalid(`${entry.path} ${error.message}.`)
    // The runtime's messages for data that cannot be unpacked.
    if (error instanceof TypeError && entry.zipMethod !== null) throw invalid(`${entry.path} is damaged.`)
    throw error
  }
}

/** Processes the items in order, with a limited number at a time. The first failure ends it. */
export async function atOnce<Item>(
  most: number,
  items: readonly Item[],
  work: (item: Item, at: number) => Promise<void>,
): Promise<void> {
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (!failed) {
      const at = next++
      const item = items[at]
      if (at >= items.length || item === undefined) return
      try {
        await work(item, at)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
}
