import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, callWithHeaders, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import type { DeliveryStatus } from './model/delivery.ts'
import type { EventType } from './model/events.ts'

export type Webhook = Schemas['Webhook']
export type Delivery = Schemas['WebhookDelivery']
type Deliveries = Schemas['WebhookDeliveryPage']
export type DeliveryDetail = Schemas['WebhookDeliveryDetail']

/** The callbacks of runs have no endpoint, but deliveries and a secret as well. */
export const CALLBACKS = 'callbacks'

const SOON_MS = 3_000
const LATER_MS = 20_000

export const useWebhooks = (isEnabled: boolean) =>
  useInfiniteQuery({
    queryKey: ['webhooks', 'list'],
    ...PAGED,
    enabled: isEnabled,
    refetchInterval: LATER_MS,
    queryFn: ({ pageParam }) =>
      call('GET /webhooks', { query: { limit: 100, count: 'true', ...pageAfter(pageParam) } }),
  })

export const useWebhook = (id: string) =>
  useQuery({
    queryKey: ['webhooks', 'one', id],
    enabled: id !== CALLBACKS,
    refetchInterval: LATER_MS,
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /webhooks/{id}', { params: { id } })
      return { webhook: answer, etag: headers.get('etag') ?? '' }
    },
  })

/** The events that webhooks can receive. They only change with a new version of the server. */
export const useEventTypes = () =>
  useQuery({
    queryKey: ['webhooks', 'event-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const types: EventType[] = []
      let cursor = ''
      do {
        const query = { direction: 'out' as const, limit: 100, ...pageAfter(cursor) }
        const page = await call('GET /events/types', { query })
        for (const one of page.items)
          if (one.direction === 'out') types.push({ name: one.name, description: one.description })
        cursor = page.nextCursor ?? ''
      } while (cursor !== '')
      return types
    },
  })

export const useDeliveries = (id: string, status: DeliveryStatus | undefined) =>
  useInfiniteQuery<Deliveries, Error, InfiniteData<Deliveries>, readonly unknown[], string>({
    queryKey: ['webhooks', 'deliveries', id, status],
    ...PAGED,
    placeholderData: keepPreviousData,
    // Retries come seconds to hours later.
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((one) => one.status === 'pending'))
        ? SOON_MS
        : LATER_MS,
    queryFn: ({ pageParam }) => {
      const query = { limit: 50, count: 'true' as const, ...(status && { status }), ...pageAfter(pageParam) }
      return id === CALLBACKS
        ? call('GET /webhooks/callbacks/deliveries', { query })
        : call('GET /webhooks/{id}/deliveries', { params: { id }, query })
    },
  })

export const useDelivery = (id: string, deliveryId: string) =>
  useQuery({
    queryKey: ['webhooks', 'delivery', id, deliveryId],
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? SOON_MS : false),
    queryFn: () =>
      id === CALLBACKS
        ? call('GET /webhooks/callbacks/deliveries/{deliveryId}', { params: { deliveryId } })
        : call('GET /webhooks/{id}/deliveries/{deliveryId}', { params: { id, deliveryId } }),
  })

function useRefresh() {
  const cache = useQueryClient()
  return () => {
    for (const part of ['list', 'one', 'deliveries', 'delivery'])
      void cache.invalidateQueries({ queryKey: ['webhooks', part] })
  }
}

export function useCreate() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateWebhook']; key: string }) =>
      call('POST /webhooks', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useUpdate(id: string, isQuiet = true) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: isQuiet },
    mutationFn: ({ body, etag }: { body: Schemas['UpdateWebhook']; etag: string }) =>
      call('PATCH /webhooks/{id}', { params: { id }, body, ifMatch: etag }),
    onSettled: refresh,
  })
}

export function useDelete(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (etag: string) => call('DELETE /webhooks/{id}', { params: { id }, ifMatch: etag }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['webhooks', 'list'] }),
  })
}

export function useRotate(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ force, key }: { force: boolean; key: string }) => {
      const options = { query: force ? { force: 'true' as const } : {}, idempotencyKey: key }
      return id === CALLBACKS
        ? call('POST /webhooks/callbacks/rotate-secret', options)
        : call('POST /webhooks/{id}/rotate-secret', { params: { id }, ...options })
    },
    onSuccess: refresh,
  })
}

export function useSendTest(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (type: string) => call('POST /webhooks/{id}/test', { params: { id }, body: { type } }),
    onSettled: refresh,
  })
}

export function useRedeliver(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (deliveryId: string) =>
      id === CALLBACKS
        ? call('POST /webhooks/callbacks/deliveries/{deliveryId}/redeliver', { params: { deliveryId } })
        : call('POST /webhooks/{id}/deliveries/{deliveryId}/redeliver', { params: { id, deliveryId } }),
    onSettled: refresh,
  })
}

export function useRecover(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['RecoverWebhook']) =>
      call('POST /webhooks/{id}/recover', { params: { id }, body }),
    onSettled: refresh,
  })
}
