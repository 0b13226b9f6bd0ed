import { useMe } from './queries.ts'

const RANK = { viewer: 0, member: 1, admin: 2, owner: 3 }

/** The user's rights in this team, for hiding what the server would refuse. The server still decides. */
export function useRights() {
  const me = useMe().data
  const rank = RANK[me?.team.role ?? 'viewer']
  return {
    mayRun: rank >= RANK.member,
    mayDecide: rank >= RANK.member,
    mayManage: rank >= RANK.admin,
    mayOwn: rank >= RANK.owner,
  }
}
