import { useInfiniteQuery } from '@tanstack/react-query'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { Button } from '../../ui/kit/button.tsx'

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

type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }

export const MoreButton = ({ of: pages }: { of: Pages }) =>
  pages.hasNextPage && (
    <div>
      <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
        Show more
      </Button>
    </div>
  )
