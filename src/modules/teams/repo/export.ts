import { column, exportList } from '../../../db/export-list.ts'

const memberships = exportList({
  name: 'memberships',
  of: 'person',
  at: ['m.team_id'],
  start: [''],
  from: 'team_members m JOIN teams t ON t.id = m.team_id',
  where: 'm.user_id = ?1',
  columns: {
    teamId: column.text('m.team_id'),
    name: column.text('t.name'),
    personal: column.flag('t.personal'),
    plan: column.text('t.plan'),
    role: column.text('m.role'),
    joinedAt: column.time('m.created_at'),
  },
})

/** Invitations of teams that the user owns, and those that the user has sent in other teams. */
const invitations = exportList({
  name: 'invitations',
  of: 'joined',
  at: ['i.created_at', 'i.id'],
  start: [0, ''],
  from: 'team_invitations i JOIN teams t ON t.id = i.team_id',
  where: 'i.team_id = ?2 AND (i.invited_by = ?1 OR t.owner_id = ?1)',
  columns: {
    id: column.text('i.id'),
    teamId: column.text('i.team_id'),
    email: column.text('i.email'),
    role: column.text('i.role'),
    invitedBy: column.text('i.invited_by'),
    createdAt: column.time('i.created_at'),
    expiresAt: column.time('i.expires_at'),
    acceptedAt: column.timeOrNull('i.accepted_at'),
    revokedAt: column.timeOrNull('i.revoked_at'),
  },
})

const teams = exportList({
  name: 'teams',
  of: 'owned',
  at: ['t.id'],
  start: [''],
  from: 'teams t LEFT JOIN team_budgets b ON b.team_id = t.id',
  where: 't.id = ?2 AND t.owner_id = ?1',
  columns: {
    id: column.text('t.id'),
    name: column.text('t.name'),
    description: column.text('t.description'),
    personal: column.flag('t.personal'),
    plan: column.text('t.plan'),
    createdAt: column.time('t.created_at'),
    updatedAt: column.time('t.updated_at'),
    monthlyCostUsd: column.numberOrNull('b.monthly_cost_micro_usd / 1000000.0'),
    monthlyTokens: column.numberOrNull('b.monthly_tokens'),
    alertAtShares: column.json('b.alert_at'),
    hardStop: column.flag('COALESCE(b.hard_stop, 0)'),
  },
})

const members = exportList({
  name: 'members',
  of: 'owned',
  at: ['m.user_id'],
  start: [''],
  from: 'team_members m JOIN users u ON u.id = m.user_id',
  where: 'm.team_id = ?2',
  columns: {
    teamId: column.text('m.team_id'),
    userId: column.text('m.user_id'),
    name: column.text('u.name'),
    email: column.text('u.email'),
    role: column.text('m.role'),
    joinedAt: column.time('m.created_at'),
  },
})

export const teamsExport = [memberships, invitations, teams, members]
