import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { IntegrationRow } from '../repo/integrations.ts'
import { findWorkflowUses } from '../repo/uses.ts'

const MAX_SHOWN_USES = 20

/** Throws 409 with the workflows that name it. */
export async function refuseUsed(ctx: ServiceContext, row: IntegrationRow, otherwise: string): Promise<void> {
  const uses = await findWorkflowUses(ctx.env.DB, ctx.actor.teamId, row, MAX_SHOWN_USES + 1)
  if (uses.length === 0) return
  const shown = uses.slice(0, MAX_SHOWN_USES)
  const more = uses.length > MAX_SHOWN_USES ? ' and more' : ''
  throw new AppError('integration.in_use', {
    detail: `Workflows use the integration: ${shown.map(({ name }) => name).join(', ')}${more}. Change them first, or ${otherwise}.`,
    errors: shown.map(({ id, name }) => ({
      resourceId: id,
      message: name,
      code: 'integration.in_use',
    })),
  })
}
