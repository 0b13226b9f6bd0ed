import type { Schemas } from '../../api/client.ts'

export type Role = Schemas['UpdateMember']['role']

export const ROLES: Record<Role, string> = {
  viewer: 'Viewer: sees everything',
  member: 'Member: edits workflows and starts runs',
  admin: 'Admin: also manages members',
  owner: 'Owner: also manages the plan and the team',
}
