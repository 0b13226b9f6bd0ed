import { useQuery } from '@tanstack/react-query'
import { callWithHeaders } from '../../api/client.ts'
import { useMe } from '../shell/index.ts'

export const useBudgets = () => {
  const id = useMe().data?.team.id ?? ''
  return useQuery({
    queryKey: ['budgets', id],
    enabled: id !== '',
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /teams/{id}/budgets', { params: { id } })
      return { budgets: answer, etag: headers.get('etag') ?? '' }
    },
  })
}
