import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { countParts, findPartAfter, findParts } from '../repo/archives.ts'
import { seqOf } from '../repo/entries.ts'
import type { AuditPart, ListAuditParts } from '../schema.ts'

export async function listAuditParts(ctx: ServiceContext, query: ListAuditParts): Promise<Page<AuditPart>> {
  const after = query.cursor === undefined ? 0 : seqOf(query.cursor, query.sort)
  const page = toPage(
    await findParts(ctx.env.DB, query.team, after, query.limit + 1),
    query,
    ({ throughSeq }) => ({ value: throughSeq, id: String(throughSeq) }),
    ({ fromSeq, throughSeq, entries, archivedAt }) => ({
      id: String(throughSeq),
      fromSeq,
      throughSeq,
      entries,
      archivedAt: toIso(archivedAt),
    }),
  )
  return query.count ? { ...page, total: await countParts(ctx.env.DB, query.team) } : page
}

/** Reading it is audited, like an export. */
export async function openAuditPart(
  ctx: ServiceContext,
  teamId: string,
  throughSeq: number,
): Promise<ReadableStream<Uint8Array>> {
  const part = await findPartAfter(ctx.env.DB, teamId, throughSeq - 1)
  const object = part?.throughSeq === throughSeq ? await ctx.env.FILES.get(part.objectKey) : null
  if (object === null) throw notFound('The archived part')
  await commit(ctx, {
    audit: {
      action: 'audit.exported',
      targetType: 'audit_log',
      targetId: teamId,
      teamId: 'system',
      after: { format: 'jsonl', archivedThrough: throughSeq },
    },
  })
  return object.body
}
