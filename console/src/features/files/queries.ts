import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, callWithHeaders, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { type FilesSearch, isSearch, listQueryOf } from './model/search.ts'

export type StoredFile = Schemas['File']
export type Folder = Schemas['FileFolderPage']['items'][number]
export type FileLink = Schemas['FileLink']
export type FileVersion = Schemas['FileVersionPage']['items'][number]
export type FileUse = Schemas['FileUsePage']['items'][number]

const PAGE = 100

export const useFiles = (search: FilesSearch, isDeleted = false) =>
  useInfiniteQuery({
    queryKey: ['files', 'list', isDeleted, search],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /files', {
        query: {
          ...(isDeleted ? { sort: '-updatedAt' as const, deleted: 'true' as const } : listQueryOf(search)),
          limit: PAGE,
          count: 'true',
          ...pageAfter(pageParam),
        },
      }),
  })

export const useFolders = (search: FilesSearch, isEnabled = true) =>
  useInfiniteQuery({
    queryKey: ['files', 'folders', search.folder ?? ''],
    enabled: isEnabled && !isSearch(search),
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /files/folders', {
        query: { parent: search.folder ?? '/', limit: PAGE, count: 'true', ...pageAfter(pageParam) },
      }),
  })

export const useStats = () =>
  useQuery({ queryKey: ['files', 'stats'], queryFn: () => call('GET /files/stats'), staleTime: 10_000 })

export const useFile = (id: string) =>
  useQuery({
    queryKey: ['files', 'one', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /files/{id}', { params: { id } })
      return { file: answer, etag: headers.get('etag') ?? '' }
    },
  })

export const useFileName = (id: string | null) =>
  useQuery({
    queryKey: ['files', 'one', id, 'name'],
    enabled: id !== null,
    staleTime: 60_000,
    queryFn: async () => (await call('GET /files/{id}', { params: { id: id ?? '' } })).name,
  })

export const useVersions = (id: string) =>
  useQuery({
    queryKey: ['files', 'one', id, 'versions'],
    queryFn: () => call('GET /files/{id}/versions', { params: { id } }),
  })

export const useUses = (id: string) =>
  useInfiniteQuery({
    queryKey: ['files', 'one', id, 'uses'],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /files/{id}/uses', {
        params: { id },
        query: { limit: 20, count: 'true', ...pageAfter(pageParam) },
      }),
  })

export const useLinks = (fileId: string | null) =>
  useInfiniteQuery({
    queryKey: ['files', 'links', fileId],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /files/links', {
        query: { limit: 50, count: 'true', ...(fileId !== null && { fileId }), ...pageAfter(pageParam) },
      }),
  })

export function useRefreshFiles() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['files'] })
}

type Change = { id: string; etag?: string; name?: string; tags?: string[] }

/** The page shows what is wrong, so it is `quiet`. */
export function useUpdateFile() {
  const refresh = useRefreshFiles()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, etag, ...body }: Change) =>
      call('PATCH /files/{id}', { params: { id }, body, ...(etag && { ifMatch: etag }) }),
    onSettled: refresh,
  })
}

export function useDeleteFile() {
  const refresh = useRefreshFiles()
  return useMutation({
    mutationFn: ({ id, etag, permanent = false }: { id: string; etag?: string; permanent?: boolean }) =>
      call('DELETE /files/{id}', {
        params: { id },
        ...(permanent && { query: { permanent: 'true' as const } }),
        ...(etag && { ifMatch: etag }),
      }),
    onSettled: refresh,
  })
}

/** `isQuiet` if the caller shows what is wrong. */
export function useRestoreFile(isQuiet = false) {
  const refresh = useRefreshFiles()
  return useMutation({
    meta: { quiet: isQuiet },
    mutationFn: ({ id, etag, ...body }: { id: string; etag?: string; version?: number; name?: string }) =>
      call('POST /files/{id}/restore', { params: { id }, body, ...(etag && { ifMatch: etag }) }),
    onSettled: refresh,
  })
}

export function useRevokeLink() {
  const refresh = useRefreshFiles()
  return useMutation({
    mutationFn: (id: string) => call('DELETE /files/links/{id}', { params: { id } }),
    onSettled: refresh,
  })
}
