/** A list that is loaded page by page: an infinite query. */
export type PagedList = {
  hasNextPage: boolean
  isFetchingNextPage: boolean
  fetchNextPage: () => unknown
}

/** Loads the next page, if there is one and it is not loading yet. */
export function loadNextPage(list: PagedList): void {
  if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
}
