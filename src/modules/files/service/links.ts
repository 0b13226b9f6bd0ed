// Links that work without an account. Invariants:
// 1. The token is random and only its hash is stored: everyone with the link can use it, and nobody can guess one.
// 2. A link ends when it expires, is used up or revoked, or when its creator loses the right.
// 3. A download counts when it starts at byte 0. Later parts are served for an hour after a counted start.
// 4. An upload link accepts one file. A use without a file is returned.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { HOUR_MS, toIso, toIsoOrNull } from '../../../core/clock.ts'
import { randomToken, sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import { firstOf, rowsOf } from '../../../db/hot-read.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { PROMISE_MS } from '../../../db/promised-deletion.ts'
import { requireScope } from '../../../http/scopes.ts'
import { fileName } from '../name.ts'
import { findContent } from '../repo/files.ts'
import {
  claimUploadLink,
  countDownload,
  countLinks,
  findLinkByHash,
  findLinks,
  insertLink,
  type LinkRow,
  type NewLink,
  releaseUploadLink,
  revokeLink,
  setLinkFile,
} from '../repo/links.ts'
import type {
  CreateFileLink,
  CreateUploadLink,
  FileLink,
  ListFileLinks,
  NewFileLink,
  ReceivedFile,
} from '../schema/link.ts'
import { type FileContent, toContent } from './content.ts'
import { requireFile } from './files.ts'
import { saveStaged } from './save.ts'
import { discard, stageContent } from './stage.ts'
import { type Incoming, nameIn } from './upload.ts'

/** How long a started download may request further parts. */
const RESUME_MS = HOUR_MS

export async function createFileLink(
  ctx: ServiceContext,
  fileId: string,
  { expiresInS, maxDownloads, disposition }: CreateFileLink,
): Promise<NewFileLink> {
  requireScope(ctx.actor, 'files:read', 'A link to download a file requires the scope files:read.')
  const file = await requireFile(ctx, fileId)
  return insert(ctx, expiresInS, {
    ...{ kind: 'download', fileId: file.id, disposition, folder: '', maxBytes: null },
    maxUses: maxDownloads ?? null,
  })
}

export async function createUploadLink(
  ctx: ServiceContext,
  { expiresInS, folder, maxBytes }: CreateUploadLink,
): Promise<NewFileLink> {
  if (folder !== '') fileName(folder)
  return insert(ctx, expiresInS, {
    ...{ kind: 'upload', fileId: null, disposition: 'attachment', folder, maxBytes: maxBytes ?? null },
    maxUses: 1,
  })
}

type Wanted = Pick<NewLink, 'kind' | 'fileId' | 'disposition' | 'folder' | 'maxBytes' | 'maxUses'>

async function insert(ctx: ServiceContext, expiresInS: number, wanted: Wanted): Promise<NewFileLink> {
  const now = ctx.now()
  const token = randomToken()
  const { teamId, userId } = ctx.actor
  const row = {
    ...{
      id: newId('lnk', now),
      teamId,
      createdBy: userId,
      createdAt: now,
      expiresAt: now + expiresInS * 1_000,
    },
    ...wanted,
  }
  await commit(ctx, {
    statements: [insertLink({ ...row, tokenHash: await sha256Hex(token) })],
    audit: {
      action: 'file_link.created',
      targetType: 'file_link',
      targetId: row.id,
      after: { kind: row.kind, fileId: row.fileId, expiresAt: row.expiresAt, maxUses: row.maxUses },
    },
  })
  const path = row.kind === 'download' ? 'f' : 'u'
  const url = `${ctx.settings.PUBLIC_URL}/${path}/${token}`
  return { ...toLink({ ...row, uses: 0, lastUsedAt: null, revokedAt: null }), url }
}

const toLink = ({ teamId: _, ...row }: LinkRow): FileLink => ({
  ...row,
  lastUsedAt: toIsoOrNull(row.lastUsedAt),
  createdAt: toIso(row.createdAt),
  expiresAt: toIso(row.expiresAt),
  revokedAt: toIsoOrNull(row.revokedAt),
})

export async function listFileLinks(ctx: ServiceContext, query: ListFileLinks): Promise<Page<FileLink>> {
  const { teamId } = ctx.actor
  const rows = await rowsOf(ctx.env.DB, findLinks(teamId, query))
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toLink)
  return query.count ? { ...page, total: await countLinks(ctx.env.DB, teamId, query.fileId) } : page
}

export async function revokeFileLink(ctx: ServiceContext, id: string): Promise<void> {
  const outcome = await commit(ctx, {
    guard: revokeLink(ctx.actor.teamId, id, ctx.now()),
    audit: { action: 'file_link.revoked', targetType: 'file_link', targetId: id },
  })
  if (outcome === 'guard_missed') throw notFound('The link')
}

async function openLink(request: RequestContext, kind: LinkRow['kind'], token: string): Promise<LinkRow> {
  const link = await firstOf(request.env.DB, findLinkByHash(kind, await sha256Hex(token)))
  if (link === null) throw notFound('The link')
  if (link.expiresAt <= request.now())
    throw new AppError('file.link_expired', { detail: `The link worked until ${toIso(link.expiresAt)}.` })
  return link
}

const usedUp = (detail: string) => new AppError('file.link_expired', { detail })

export type LinkedContent = {
  content: FileContent
  inline: boolean
  /** For the whole file, or a part that begins at byte 0. */
  countStart: () => Promise<void>
  /** For a part that begins later. */
  requireStarted: () => void
}

export async function openDownloadLink(request: RequestContext, token: string): Promise<LinkedContent> {
  const link = await openLink(request, 'download', token)
  const row = await firstOf(request.env.DB, findContent(link.teamId, link.fileId ?? '', null))
  if (row === null || row.deletedAt !== null) throw notFound('The file')
  return {
    content: toContent(request, row),
    inline: link.disposition === 'inline',
    countStart: async () => {
      if (!(await countDownload(request.env.DB, link.id, request.now())))
        throw usedUp('The link has reached its maximum number of downloads.')
    },
    requireStarted: () => {
      if (link.maxUses === null) return
      if (link.lastUsedAt === null || request.now() - link.lastUsedAt > RESUME_MS)
        throw usedUp('This download must start at the first byte.')
    },
  }
}

/** The data of the page of an upload link. */
export async function readUploadLink(request: RequestContext, token: string): Promise<LinkRow> {
  const link = await openLink(request, 'upload', token)
  if (link.fileId !== null) throw usedUp('A file has already been uploaded with this link.')
  return link
}

export async function uploadByLink(
  request: RequestContext,
  token: string,
  read: (maxBytes: number | null) => Promise<{ incoming: Incoming; isOnly: () => Promise<void> }>,
): Promise<ReceivedFile> {
  const link = await readUploadLink(request, token)
  if (!(await claimUploadLink(request.env.DB, link.id, request.now(), PROMISE_MS)))
    throw usedUp('A file is being uploaded, or has already been uploaded, with this link.')
  try {
    const { incoming, isOnly } = await read(link.maxBytes)
    const name = nameIn(link.folder, incoming.name)
    const staged = await stageContent(request, link.teamId, { ...incoming, name })
    try {
      await isOnly()
    } catch (error) {
      await discard(request, staged)
      throw error
    }
    const { file } = await saveStaged(request, staged, {
      ...{ teamId: link.teamId, userId: null, tags: undefined },
      // The holder of the link must not change existing files of the team.
      onConflict: 'rename',
      also: (fileId) => [setLinkFile(link.id, fileId)],
    })
    return { name: file.name, sizeBytes: file.sizeBytes, sha256: file.sha256 }
  } catch (error) {
    await releaseUploadLink(request.env.DB, link.id)
    throw error
  }
}
