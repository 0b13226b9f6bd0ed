// Lists that the console reads page by page.

/** For an infinite query of a list. */
export const PAGED = {
  initialPageParam: '',
  getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor ?? undefined,
}

/** The part of the query that asks for the page after this cursor. The first page has none. */
export const pageAfter = (cursor: string) => (cursor === '' ? {} : { cursor })
