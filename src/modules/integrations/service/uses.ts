import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { IntegrationRow } from '../repo/integrations.ts'
import { findUsers, type Use } from '../repo/uses.ts'

const MAX_SHOWN_USES = 20

const label = ({ kind, name }: Use): string => (kind === 'export' ? name : `${kind} ${name}`)

/** Throws 409 with all that uses it. A use by id does not prevent a new name. */
export async function refuseUsed(
  ctx: ServiceContext,
  row: IntegrationRow,
  change: 'rename' | 'delete',
): Promise<void> {
  const found = await findUsers(ctx.env.DB, ctx.actor.teamId, row, MAX_SHOWN_USES + 1)
  const uses = change === 'rename' ? found.filter(({ kind }) => kind !== 'export') : found
  if (uses.length === 0) return
  const shown = uses.slice(0, MAX_SHOWN_USES)
  const more = uses.length > MAX_SHOWN_USES ? ' and more' : ''
  const otherwise = change === 'rename' ? 'keep the name' : 'delete it anyway with ?force=true'
  throw new AppError('integration.in_use', {
    detail: `The integration is used by: ${shown.map(label).join(', ')}${more}. Change them first, or ${otherwise}.`,
    errors: shown.map((use) => ({ resourceId: use.id, message: label(use), code: 'integration.in_use' })),
  })
}
