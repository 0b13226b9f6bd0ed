import { useInfiniteQuery } from '@tanstack/react-query'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { More } from '../../ui/kit/more.tsx'
import type { PagedList } from '../../ui/paged-list.ts'

type Page<T> = { items: T[]; nextCursor: string | null }

/** A list that is loaded page by page. */
export function usePages<T>(
  queryKey: readonly unknown[],
  load: (page: { limit: number; cursor?: string }) => Promise<Page<T>>,
  isEnabled = true,
) {
  const pages = useInfiniteQuery({
    queryKey,
    enabled: isEnabled,
    ...PAGED,
    queryFn: ({ pageParam }) => load({ limit: 100, ...pageAfter(pageParam) }),
  })
  return { ...pages, data: pages.data?.pages.flatMap((page) => page.items) }
}

export const MoreButton = ({ of: pages }: { of: PagedList }) =>
  pages.hasNextPage && (
    <div>
      <More of={pages}>Show more</More>
    </div>
  )
