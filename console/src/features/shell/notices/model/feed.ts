// The newest notifications and the unread count, changed by the events of the channel `notifications`.

export type Feed<T> = { items: T[]; unreadCount: number }

type Item = { id: string; readAt: string | null }

/** An event of the channel. All except `notifications.read` contain the notification. */
export type FeedEvent = { type: string; at: string; data: unknown }

export const NEWEST = 10

export function changedFeed<T extends Item>({ items }: Feed<T>, { type, at, data }: FeedEvent): Feed<T> {
  const { unreadCount, ...item } = data as T & { unreadCount: number }
  return { items: changedItems(items, type, at, item as unknown as T), unreadCount }
}

function changedItems<T extends Item>(items: readonly T[], type: string, at: string, item: T): T[] {
  const others = items.filter(({ id }) => id !== item.id)
  switch (type) {
    case 'notification.created':
      return [item, ...others].slice(0, NEWEST)
    case 'notification.updated':
      return items.map((one) => (one.id === item.id ? item : one))
    case 'notification.deleted':
      return others
    case 'notifications.read':
      return items.map((one) => (one.readAt === null ? { ...one, readAt: at } : one))
    default:
      return [...items]
  }
}
