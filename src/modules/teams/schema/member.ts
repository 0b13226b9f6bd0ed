import * as z from 'zod'
import { TEAM_ROLES } from '../../../db/schema/index.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'

export const TeamMember = z
  .strictObject({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(TEAM_ROLES),
    joinedAt: z.iso.datetime(),
  })
  .meta({ id: 'TeamMember' })
export type TeamMember = z.infer<typeof TeamMember>

export const TeamMemberPage = pageOf(TeamMember).meta({ id: 'TeamMemberPage' })

export const ListMembers = listQuery(['-joinedAt', 'joinedAt'], {
  role: z.enum(TEAM_ROLES).optional(),
})
export type ListMembers = z.infer<typeof ListMembers>

export const UpdateMember = z.strictObject({ role: z.enum(TEAM_ROLES) }).meta({ id: 'UpdateMember' })
export type UpdateMember = z.infer<typeof UpdateMember>
