import { useQuery } from '@tanstack/react-query'
import { call, type Schemas } from '../../api/client.ts'
import { pageAfter } from '../../api/pages.ts'
import { useMe } from '../shell/index.ts'

export type Person = Schemas['TeamMember']

const PAGE = 100

/** All members of the team, by name. */
export function usePeople() {
  const teamId = useMe().data?.team.id
  return useQuery({
    queryKey: ['team', teamId, 'people'],
    enabled: teamId !== undefined,
    staleTime: 60_000,
    queryFn: async () => {
      const people: Person[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Schemas['TeamMemberPage'] = await call('GET /teams/{id}/members', {
          params: { id: teamId ?? '' },
          query: { limit: PAGE, ...pageAfter(cursor) },
        })
        people.push(...page.items)
        cursor = page.nextCursor
      }
      return people.sort((a, b) => a.name.localeCompare(b.name))
    },
  })
}
