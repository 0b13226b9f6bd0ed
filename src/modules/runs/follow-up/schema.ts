import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'

export const FollowedVersion = z.union([z.enum(['original', 'current']), z.int().min(1)])
export type FollowedVersion = z.infer<typeof FollowedVersion>

export const followedVersion = FollowedVersion.optional().describe(
  'The version to use: the `original` version of the run, the `current` one (default), or a version number. A run of a draft uses its own definition by default. The variables are the team’s current ones.',
)

export const RetryRun = z.strictObject({ version: followedVersion }).meta({ id: 'RetryRun' })
export type RetryRun = z.infer<typeof RetryRun>

export const RerunRun = z
  .strictObject({
    from: z
      .string()
      .max(64)
      .optional()
      .describe('The node to restart from. Nodes that do not depend on it keep their outcomes.'),
    input: JsonValue.optional(),
    version: followedVersion,
  })
  .meta({ id: 'RerunRun' })
export type RerunRun = z.infer<typeof RerunRun>
