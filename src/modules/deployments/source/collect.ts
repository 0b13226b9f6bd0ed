// The files of a source, before their content is read. Invariants:
// 1. Only files of the deployment's team are found.
// 2. Sizes are only claimed here. They are counted again when the content is read.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { toNfc } from '../../../core/marks.ts'
import { gather } from '../../../core/read-chunks.ts'
import {
  contentTypeOf,
  findSourcesBelow,
  findSourcesNamed,
  openVersions,
  type SourceFile,
} from '../../files/index.ts'
import { DEFLATE, type Place } from './content.ts'
import {
  invalid,
  MAX_BYTES,
  MAX_ENTRIES,
  MAX_RATIO,
  tooManyBytes,
  tooManyEntries,
  tooPacked,
} from './faults.ts'
import { faultsOf, folderOf, inOrder, judgePath } from './paths.ts'
import { filesOfRun } from './run-files.ts'
import type { Source } from './schema.ts'
import { MAX_END_BYTES, readDirectory, readEnd, type ZipEntry, ZipFault } from './zip-directory.ts'

/** The whole directory is in memory. */
const MAX_DIRECTORY_BYTES = 16 * 1024 * 1024

/** Small archives may have a better ratio by chance. */
const RATIO_FREE_BYTES = 1024 * 1024

export type SourceEntry = Place & {
  path: string
  sizeBytes: number
  contentType: string
  /** Known for files, and counted for entries of a zip. */
  sha256: string | null
  crc: number | null
}

export type Collected = { entries: SourceEntry[]; warnings: string[] }

type Scope = { request: RequestContext; teamId: string }

export async function collect(scope: Scope, source: Source): Promise<Collected> {
  if ('zip' in source) return collectZip(scope, source)
  const { files, base } = await filesOf(scope, source)
  return chosen(
    files.map(({ file, name }) => ({
      name,
      entry: {
        ...{ fileId: file.fileId, fileVersion: file.version, inlineText: null },
        ...{ zipOffset: null, zipBytes: null, zipMethod: null },
        sizeBytes: file.sizeBytes,
        contentType: file.contentType,
        sha256: file.sha256,
        crc: null,
      },
    })),
    base,
  )
}

type Named = { file: SourceFile; name: string }

async function filesOf(
  scope: Scope,
  source: Exclude<Source, { zip: string }>,
): Promise<{ files: Named[]; base: string }> {
  const { request, teamId } = scope
  const d1 = request.env.DB
  if ('prefix' in source) {
    const below = await findSourcesBelow(d1, teamId, folderOf(source.prefix), MAX_ENTRIES + 1)
    return { files: below.map((file) => ({ file, name: file.name })), base: folderOf(source.prefix) }
  }
  const base = folderOf(source.base ?? '')
  const asked =
    'runId' in source
      ? (await filesOfRun(request, teamId, source.runId)).map((file): Asked => ({ file }))
      : source.files.map(askedOf)
  if (asked.length === 0)
    throw invalid('The output of the run contains no files, and its nodes have written none.')
  const found = await findSourcesNamed(
    d1,
    teamId,
    asked.map(({ file }) => file),
  )
  const byName = new Map(found.map((one) => [one.asked, one]))
  const files = asked.map(({ file, path }, n): Named => {
    const known = byName.get(file)
    if (known === undefined)
      throw new AppError('deployment.invalid_source', {
        detail: `The team has no file ${JSON.stringify(file)}.`,
        errors: [{ path: `/source/files/${n}`, message: 'The file does not exist.', code: 'file.not_found' }],
      })
    // An explicit path is used unchanged.
    return { file: known, name: path === undefined ? known.name : `${base}${path}` }
  })
  return { files, base }
}

type Asked = { file: string; path?: string | undefined }

function askedOf(one: Extract<Source, { files: unknown }>['files'][number]): Asked {
  if (typeof one === 'string') return { file: toNfc(one) }
  if ('$file' in one) return { file: one.$file }
  const { file, path } = one as Asked
  return { file: toNfc(file), path }
}

async function collectZip(
  { request, teamId }: Scope,
  source: { zip: string; base?: string | undefined },
): Promise<Collected> {
  const [file] = await findSourcesNamed(request.env.DB, teamId, [toNfc(source.zip)])
  if (file === undefined)
    throw new AppError('deployment.invalid_source', {
      detail: `The team has no file ${JSON.stringify(source.zip)}.`,
      errors: [{ path: '/source/zip', message: 'The file does not exist.', code: 'file.not_found' }],
    })
  const packed = await directoryOf({ request, teamId }, file)
  checkPacked(packed, file.sizeBytes)
  const named = packed.map((one) => ({
    name: one.name,
    entry: {
      ...{ fileId: file.fileId, fileVersion: file.version, inlineText: null },
      ...{ zipOffset: one.offset, zipBytes: one.packedBytes },
      zipMethod: one.method === 'deflate' ? DEFLATE : 0,
      sizeBytes: one.sizeBytes,
      contentType: contentTypeOf(one.name) ?? 'application/octet-stream',
      sha256: null,
      crc: one.crc,
    },
  }))
  const collected = chosen(named, folderOf(source.base ?? ''))
  const [only] = collected.entries
  if (collected.entries.length === 1 && only !== undefined && /\.zip$/i.test(only.path))
    throw invalid(`The zip only contains another zip, ${only.path}. Send that one.`)
  return collected
}

async function directoryOf({ request, teamId }: Scope, file: SourceFile): Promise<ZipEntry[]> {
  const open = await openVersions(request, teamId, [file])
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const stream = await open(file, { offset, length })
    return stream === null ? new Uint8Array() : ((await gather(stream, length)) ?? new Uint8Array())
  }
  try {
    const tail = Math.min(MAX_END_BYTES, file.sizeBytes)
    const end = readEnd(await read(file.sizeBytes - tail, tail), file.sizeBytes)
    if (end.entries > 2 * MAX_ENTRIES) throw tooManyEntries(end.entries)
    if (end.bytes > MAX_DIRECTORY_BYTES)
      throw invalid(
        `${file.name}: Its directory has ${end.bytes} bytes; at most ${MAX_DIRECTORY_BYTES} are read.`,
      )
    return end.entries === 0 ? [] : readDirectory(await read(end.offset, end.bytes), end.entries)
  } catch (error) {
    if (error instanceof ZipFault) throw invalid(`${file.name}: ${error.message}`)
    throw error
  }
}

function checkPacked(entries: readonly ZipEntry[], zipBytes: number): void {
  const total = entries.reduce((sum, one) => sum + one.sizeBytes, 0)
  if (total > RATIO_FREE_BYTES && total > MAX_RATIO * zipBytes) throw tooPacked()
}

/** The files to publish, in the order in which they are sent. */
function chosen(all: readonly { name: string; entry: Omit<SourceEntry, 'path'> }[], base: string): Collected {
  const entries: SourceEntry[] = []
  const secrets: string[] = []
  for (const { name, entry } of all) {
    const verdict = judgePath(name, base)
    if (verdict.is === 'refused') throw invalid(`The name ${verdict.reason}.`)
    if (verdict.is === 'secret') secrets.push(verdict.path)
    if (verdict.is === 'path') entries.push({ ...entry, path: verdict.path })
  }
  if (entries.length === 0)
    throw invalid(base === '' ? 'The source has no files.' : `The source has no files below ${base}`)
  if (entries.length > MAX_ENTRIES) throw tooManyEntries(entries.length)
  const bytes = entries.reduce((sum, one) => sum + one.sizeBytes, 0)
  if (bytes > MAX_BYTES) throw tooManyBytes(bytes)
  const { twice, folders, onlyCase } = faultsOf(entries.map(({ path }) => path))
  if (twice.length > 0) throw invalid(`Two files have the path ${twice[0]}. Each path may appear only once.`)
  if (folders.length > 0) throw invalid(`${folders[0]} is both a file and a folder.`)
  const warnings = [
    ...(secrets.length === 0 ? [] : [`Omitted because they should not be public: ${listed(secrets)}.`]),
    ...(onlyCase.length === 0
      ? []
      : [
          `These names differ only in case, and some systems treat them as one: ${listed(onlyCase.map((pair) => pair.join(' and ')))}.`,
        ]),
    ...nestedZips(entries),
  ]
  return { entries: inOrder(entries), warnings }
}

const nestedZips = (entries: readonly SourceEntry[]): string[] => {
  const zips = entries.filter((one) => one.zipOffset !== null && /\.zip$/i.test(one.path))
  return zips.length === 0
    ? []
    : [`Published as they are, not unpacked: ${listed(zips.map(({ path }) => path))}.`]
}

const SHOWN = 10
const listed = (names: readonly string[]): string =>
  names.length <= SHOWN
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
