import * as z from 'zod'
import { TEAM_ROLES } from '../../../db/schema/index.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { Email } from '../../../http/text.ts'

export const INVITATION_STATUSES = ['pending', 'accepted', 'revoked', 'expired'] as const
export type InvitationStatus = (typeof INVITATION_STATUSES)[number]

/** Ownership is transferred to a member, never granted by invitation. */
export const CreateInvitation = z
  .strictObject({
    email: Email,
    role: z.enum(['viewer', 'member', 'admin']).default('member'),
  })
  .meta({ id: 'CreateInvitation' })
export type CreateInvitation = z.infer<typeof CreateInvitation>

export const Invitation = z
  .strictObject({
    id: z.string(),
    teamId: z.string(),
    email: z.string(),
    role: z.enum(TEAM_ROLES),
    status: z.enum(INVITATION_STATUSES),
    invitedBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

export const InvitationPage = pageOf(Invitation).meta({ id: 'InvitationPage' })

export const ListInvitations = listQuery(['-createdAt', 'createdAt'], {
  status: z.enum(INVITATION_STATUSES).optional(),
})
export type ListInvitations = z.infer<typeof ListInvitations>

export const InvitationToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

export const LookUpInvitation = z.strictObject({ token: InvitationToken }).meta({ id: 'LookUpInvitation' })
export type LookUpInvitation = z.infer<typeof LookUpInvitation>

/** What the recipient can see before joining. */
export const InvitationOffer = z
  .strictObject({
    teamName: z.string(),
    /** The inviter's address; null if the account was deleted. */
    invitedBy: z.string().nullable(),
    email: z.string(),
    role: z.enum(TEAM_ROLES),
    expiresAt: z.iso.datetime(),
    hasAccount: z.boolean().meta({ description: 'Whether the address already has an account.' }),
    mayRegister: z.boolean().meta({ description: 'Whether the address can register an account.' }),
  })
  .meta({ id: 'InvitationOffer' })
export type InvitationOffer = z.infer<typeof InvitationOffer>

export const HtmlPage = z.string().meta({ id: 'InvitationHtml' })
