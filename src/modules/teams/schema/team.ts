import * as z from 'zod'
import { PLANS } from '../../../core/plans.ts'
import { TEAM_ROLES } from '../../../db/schema/index.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText } from '../../../http/text.ts'
import { TeamName } from './team-name.ts'

const name = TeamName
const description = LongText(500)

export const CreateTeam = z
  .strictObject({ name, description: description.default('') })
  .meta({ id: 'CreateTeam' })
export type CreateTeam = z.infer<typeof CreateTeam>

export const UpdateTeam = z
  .strictObject({ name: name.optional(), description: description.optional() })
  .meta({ id: 'UpdateTeam' })
export type UpdateTeam = z.infer<typeof UpdateTeam>

export const Team = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    personal: z.boolean(),
    ownerId: z.string(),
    plan: z.enum(PLANS),
    /** The caller's role in the team. */
    role: z.enum(TEAM_ROLES),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Team' })
export type Team = z.infer<typeof Team>

export const TeamPage = pageOf(Team).meta({ id: 'TeamPage' })

export const ListTeams = listQuery(['-createdAt', 'createdAt'], {})
export type ListTeams = z.infer<typeof ListTeams>
