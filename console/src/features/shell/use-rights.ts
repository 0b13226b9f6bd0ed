import { useMe } from './queries.ts'

const RANK = { viewer: 0, member: 1, admin: 2, owner: 3 }

/** What the person may do in this team, to leave out what the server would refuse. The server decides all the same. */
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
