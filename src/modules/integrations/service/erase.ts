import type { RequestContext } from '../../../context.ts'
import { runBatch } from '../../../db/statement.ts'
import { deletePreviousSecrets } from '../repo/secrets.ts'

export const erasePreviousSecrets = ({ env, now }: RequestContext): Promise<unknown> =>
  runBatch(env.DB, [deletePreviousSecrets(now())])
