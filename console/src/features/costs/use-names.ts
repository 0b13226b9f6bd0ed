// Names for the ids that costs are grouped by. An id whose object was deleted, or that this person may not see, is shown itself.
import { useQueries } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { shortId } from '../../ui/format/time.ts'
import { usePeople } from '../people/index.ts'

const STALE_MS = 5 * 60_000

/** Returns the text for a value of this dimension. */
export function useNames(by: string, values: readonly (string | null)[]): (value: string | null) => string {
  const ids = values.filter((value) => value !== null)
  const objects = useQueries({
    queries: (by === 'workflow' || by === 'agent' ? ids : []).map((id) => ({
      queryKey: ['name', by, id],
      staleTime: STALE_MS,
      retry: false,
      queryFn: async () =>
        by === 'workflow'
          ? (await call('GET /workflows/{id}', { params: { id } })).name
          : (await call('GET /agents/{id}', { params: { id } })).name,
    })),
    combine: (results) => new Map(ids.map((id, at) => [id, results[at]?.data])),
  })
  const people = usePeople()
  const isId = by === 'workflow' || by === 'agent' || by === 'user' || by === 'run'
  return (value) => {
    if (value === null || value === '') return 'None'
    return (
      objects.get(value) ??
      people.data?.find(({ userId }) => userId === value)?.name ??
      (isId ? `… ${shortId(value)}` : value)
    )
  }
}
