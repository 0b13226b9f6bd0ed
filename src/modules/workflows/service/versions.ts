import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import type { Expected, Versioned } from '../../../core/version.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import {
  countVersions,
  findVersion,
  findVersionPair,
  findVersions,
  type VersionRow,
} from '../repo/versions.ts'
import type {
  DiffQuery,
  ListVersions,
  WorkflowDiff,
  WorkflowVersion,
  WorkflowVersionSummary,
} from '../schema/version.ts'
import type { Workflow } from '../schema/workflow.ts'
import { changeWorkflow } from './change.ts'
import { diffVersions } from './diff.ts'
import { missing } from './view.ts'

export async function listVersions(
  ctx: ReadContext,
  id: string,
  query: ListVersions,
): Promise<Page<WorkflowVersionSummary>> {
  const { rows, actor } = await ctx.read((who) => findVersions(who.teamId, id, query))
  // A workflow always has a version, so an empty first page means that the team has no such workflow.
  if (rows.length === 0 && query.cursor === undefined) missing()
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.version, id }),
    (row) => toSummary(id, row),
  )
  return query.count ? { ...page, total: await countVersions(ctx.env.DB, actor.teamId, id) } : page
}

export async function getVersion(ctx: ReadContext, id: string, version: number): Promise<WorkflowVersion> {
  const { rows } = await ctx.read((who) => findVersion(who.teamId, id, version))
  const row = rows[0] ?? noVersion()
  return { ...toSummary(id, row), definition: JSON.parse(row.definition), triggers: JSON.parse(row.triggers) }
}

export async function compareVersions(ctx: ReadContext, id: string, query: DiffQuery): Promise<WorkflowDiff> {
  const { rows } = await ctx.read((who) => findVersionPair(who.teamId, id, query.from, query.to))
  const partsOf = (version: number) => {
    const row = rows.find((one) => one.version === version) ?? noVersion()
    return { definition: JSON.parse(row.definition), triggers: JSON.parse(row.triggers) }
  }
  return { ...query, ...diffVersions(partsOf(query.from), partsOf(query.to)) }
}

/** Copies the content of an old version into a new one, so version numbers only increase. */
export const restoreVersion = (
  ctx: ServiceContext,
  id: string,
  version: number,
  expected: Expected,
): Promise<Versioned<Workflow>> =>
  changeWorkflow(ctx, id, expected, async () => {
    const row = await firstOf(ctx.env.DB, findVersion(ctx.actor.teamId, id, version))
    const { definition, triggers } = row ?? noVersion()
    return {
      action: 'workflow.restored',
      definition: JSON.parse(definition),
      triggers: JSON.parse(triggers),
      note: `Restored from version ${version}`,
      after: { restored: version },
    }
  })

const noVersion = (): never => {
  throw notFound('This version of the workflow')
}

const toSummary = (workflowId: string, row: VersionRow): WorkflowVersionSummary => ({
  workflowId,
  version: row.version,
  current: row.version === row.currentVersion,
  note: row.note,
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
})
