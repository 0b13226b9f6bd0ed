import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { call, type Schemas } from '../../../api/client.ts'
import { follow } from '../../../api/live.ts'
import { changedFeed, type Feed, type FeedEvent, NEWEST } from './model/feed.ts'

export type Notice = Schemas['Notification']
export type Announcement = Schemas['Announcement']

const FEED = ['notifications', 'feed']
/** Only for browsers without a socket. */
const REFRESH_MS = 60_000
const SETTLE_MS = 300

export const useNoticeFeed = () =>
  useQuery({
    queryKey: FEED,
    refetchInterval: REFRESH_MS,
    queryFn: (): Promise<Feed<Notice>> => call('GET /users/notifications', { query: { limit: NEWEST } }),
  })

const refreshLists = (cache: QueryClient) => cache.invalidateQueries({ queryKey: ['notifications', 'list'] })

/** Keeps the newest notifications and all lists of them up to date. */
export function useLiveNotices(): void {
  const cache = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void refreshLists(cache)
      }, SETTLE_MS)
    }
    const stop = follow('notifications', {
      onEvent: (event) => {
        cache.setQueryData<Feed<Notice>>(FEED, (old) => old && changedFeed(old, event as FeedEvent))
        // An older one takes its place.
        if (event.type === 'notification.deleted') void cache.invalidateQueries({ queryKey: FEED })
        refresh()
      },
      onReset: (snapshot) => {
        const { notifications, unreadCount } = snapshot as { notifications: Notice[]; unreadCount: number }
        cache.setQueryData<Feed<Notice>>(FEED, { items: notifications.slice(0, NEWEST), unreadCount })
        refresh()
      },
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [cache])
}

function useRefreshNotices() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['notifications'] })
}

export const useReadNotice = () =>
  useMutation({
    mutationFn: (id: string) => call('PUT /users/notifications/{id}/read', { params: { id } }),
    onSettled: useRefreshNotices(),
  })

export const useReadAllNotices = () =>
  useMutation({
    mutationFn: () => call('PUT /users/notifications/read-all'),
    onSettled: useRefreshNotices(),
  })

export const useDeleteNotice = () =>
  useMutation({
    mutationFn: (id: string) => call('DELETE /users/notifications/{id}', { params: { id } }),
    onSettled: useRefreshNotices(),
  })

const ANNOUNCEMENTS = ['announcements']

export function useAnnouncements() {
  const cache = useQueryClient()
  useEffect(
    () =>
      follow('announcements', {
        onEvent: () => void cache.invalidateQueries({ queryKey: ANNOUNCEMENTS }),
        onReset: (snapshot) =>
          cache.setQueryData(ANNOUNCEMENTS, (snapshot as { announcements: Announcement[] }).announcements),
      }),
    [cache],
  )
  return useQuery({
    queryKey: ANNOUNCEMENTS,
    refetchInterval: REFRESH_MS,
    queryFn: async () =>
      (await call('GET /realtime/announcements', { query: { limit: 50 } })).items as Announcement[],
  })
}

export function useDismiss() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call('POST /realtime/announcements/{id}/dismiss', { params: { id } }),
    onMutate: (id) =>
      cache.setQueryData<Announcement[]>(ANNOUNCEMENTS, (old) => old?.filter((one) => one.id !== id)),
    onSettled: () => void cache.invalidateQueries({ queryKey: ANNOUNCEMENTS }),
  })
}
