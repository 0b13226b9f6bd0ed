import type { ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { findIntegration, findSecretRows, type IntegrationRow, type SecretRow } from '../repo/integrations.ts'
import type { Integration, LastTest } from '../schema.ts'

export async function loadRow(ctx: ServiceContext, id: string): Promise<IntegrationRow> {
  const row = await findIntegration(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The integration')
  return row
}

export async function toIntegrations(ctx: ServiceContext, rows: IntegrationRow[]): Promise<Integration[]> {
  const secrets = await findSecretRows(
    ctx.db,
    ctx.actor.teamId,
    rows.map(({ id }) => id),
  )
  const byId = Map.groupBy(secrets, ({ integrationId }) => integrationId)
  return rows.map((row) => toIntegration(row, byId.get(row.id) ?? [], ctx.now()))
}

function toIntegration(row: IntegrationRow, secrets: SecretRow[], now: number): Integration {
  const secretsSet = secrets.map(({ field, lastFour, setAt, previousUntil }) => [
    field,
    {
      lastFour,
      setAt: toIso(setAt),
      previousUntil: previousUntil !== null && previousUntil > now ? toIso(previousUntil) : null,
    },
  ])
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    description: row.description,
    config: row.config,
    secretsSet: Object.fromEntries(secretsSet),
    allowedHosts: row.allowedHosts,
    status: row.status,
    lastTest: row.lastTest === null ? null : (JSON.parse(row.lastTest) as LastTest),
    lastUsedAt: toIsoOrNull(row.lastUsedAt),
    version: row.version,
    createdBy: row.createdBy,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  }
}
