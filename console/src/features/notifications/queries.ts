import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { type NotificationFilter, queryOf } from './model/filter.ts'

const PAGE = 50

export const useNotifications = (filter: NotificationFilter) =>
  useInfiniteQuery({
    queryKey: ['notifications', 'list', filter],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /users/notifications', {
        query: { ...queryOf(filter), limit: PAGE, count: 'true', ...pageAfter(pageParam) },
      }),
  })
