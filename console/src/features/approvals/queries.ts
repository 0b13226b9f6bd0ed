import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'

export type Approval = Schemas['Approval']
export type ApprovalFilter = {
  status?: 'pending' | 'approved' | 'rejected' | 'timeout' | 'cancelled'
  mine?: boolean
}

export const useApprovals = ({ status = 'pending', mine = false }: ApprovalFilter) =>
  useInfiniteQuery({
    queryKey: ['approvals', 'list', status, mine],
    ...PAGED,
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
    queryFn: ({ pageParam }) =>
      call('GET /approvals', {
        query: {
          status,
          limit: 50,
          count: 'true',
          ...(mine && { mine: 'true' }),
          ...pageAfter(pageParam),
        },
      }),
  })

/** The approval that a link names. */
export const useApproval = (id: string | undefined) =>
  useQuery({
    queryKey: ['approvals', 'one', id],
    enabled: id !== undefined,
    retry: false,
    queryFn: () => call('GET /approvals/{id}', { params: { id: id ?? '' } }),
  })

export type Decision = { id: string; decision: 'approve' | 'reject'; comment?: string; data?: unknown }

export function useDecision() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...body }: Decision) => call('POST /approvals/{id}', { params: { id }, body }),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: ['approvals'] })
      void cache.invalidateQueries({ queryKey: ['runs'] })
    },
  })
}
