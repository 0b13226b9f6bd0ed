import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { addressOf, call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { currentTeam } from '../../api/team.ts'
import { sendBytes } from '../../api/uploads/bytes.ts'
import type { Kind, Mapping } from './model/mapping.ts'
import type { ImportFilter } from './routes.ts'

export type CostImport = Schemas['CostImport']
export type ImportOptions = {
  mapping?: string
  separator?: ',' | ';' | '\t' | '|'
  decimal?: '.' | ','
  encoding?: 'utf-8' | 'latin1'
  onError: 'skip' | 'stop' | 'dryRun'
}

const ACTIVE_MS = 1_000
const IDLE_MS = 15_000

export const isActive = ({ status }: Pick<CostImport, 'status'>): boolean =>
  status === 'queued' || status === 'running'

export const useImports = (filter: ImportFilter) =>
  useInfiniteQuery({
    queryKey: ['imports', 'list', filter],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /costs/imports', {
        query: { ...filter, limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some(isActive)) ? ACTIVE_MS : IDLE_MS,
  })

export const useImport = (id: string) =>
  useQuery({
    queryKey: ['imports', 'one', id],
    refetchInterval: ({ state }) => (state.data && !isActive(state.data) ? false : ACTIVE_MS),
    queryFn: () => call('GET /costs/imports/{id}', { params: { id } }),
  })

/** `refused` makes the list follow a running import. */
export const useImportErrors = (id: string, refused: number) =>
  useInfiniteQuery({
    queryKey: ['imports', 'errors', id, refused],
    ...PAGED,
    enabled: refused > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /costs/imports/{id}/errors', {
        params: { id },
        query: { limit: 100, ...pageAfter(pageParam) },
      }),
  })

export function useCancelImport(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => call('POST /costs/imports/{id}/cancel', { params: { id } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['imports'] }),
  })
}

export const useMappings = () =>
  useQuery({
    queryKey: ['mappings'],
    queryFn: async () => {
      const all: Schemas['ColumnMapping'][] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Schemas['ColumnMappingPage'] = await call('GET /costs/mappings', {
          query: { limit: 100, ...pageAfter(cursor) },
        })
        all.push(...page.items)
        cursor = page.nextCursor
      }
      return all
    },
  })

export function useDeleteMapping() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call('DELETE /costs/mappings/{name}', { params: { name } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['mappings'] }),
  })
}

type Start = {
  kind: Kind
  file: File
  options: ImportOptions
  /** Saved under the name in `options` before the import. */
  mapping: Mapping | null
  onProgress: (sentBytes: number) => void
}

export function useStartImport() {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: async ({ kind, file, options, mapping, onProgress }: Start) => {
      if (mapping !== null && options.mapping !== undefined)
        await call('PUT /costs/mappings/{name}', { params: { name: options.mapping }, body: mapping })
      const { path } = addressOf(`POST /${kind}/import/file`, { query: options })
      return (await sendBytes({
        method: 'POST',
        path: path.replace(/^\/api\/v1/, ''),
        body: file,
        headers: { 'x-filename': encodeURIComponent(file.name) },
        team: currentTeam(),
        signal: new AbortController().signal,
        onProgress,
      })) as CostImport
    },
    onSettled: () => {
      for (const key of ['imports', 'mappings']) void cache.invalidateQueries({ queryKey: [key] })
    },
  })
}
