import { expect, test } from 'vitest'
import { changedFeed, type Feed, NEWEST } from '../../../../console/src/features/shell/notices/model/feed.ts'

type Item = { id: string; readAt: string | null; title?: string }

const AT = '2026-12-01T12:00:00.000Z'
const item = (id: string, readAt: string | null = null): Item => ({ id, readAt })
const feed = (...items: Item[]): Feed<Item> => ({ items, unreadCount: items.length })
const ids = ({ items }: Feed<Item>) => items.map(({ id }) => id)

test('a new notification is first, and the list stays short', () => {
  const full = feed(...Array.from({ length: NEWEST }, (_, at) => item(`ntf_${at}`)))
  const next = changedFeed(full, {
    type: 'notification.created',
    at: AT,
    data: { ...item('ntf_new'), unreadCount: 11 },
  })
  expect(ids(next)).toEqual(['ntf_new', ...ids(full).slice(0, NEWEST - 1)])
  expect(next.unreadCount).toBe(11)
  expect(next.items[0]).not.toHaveProperty('unreadCount')
})

test('the same event again changes nothing', () => {
  const event = { type: 'notification.created', at: AT, data: { ...item('a'), unreadCount: 1 } }
  expect(changedFeed(changedFeed(feed(), event), event)).toEqual({ items: [item('a')], unreadCount: 1 })
})

test('a change keeps its place, and one that is not shown only changes the count', () => {
  const before = feed(item('a'), item('b'))
  const update = (id: string) => ({
    type: 'notification.updated',
    at: AT,
    data: { ...item(id, AT), unreadCount: 1 },
  })
  expect(changedFeed(before, update('b'))).toEqual({ items: [item('a'), item('b', AT)], unreadCount: 1 })
  expect(changedFeed(before, update('z'))).toEqual({ ...before, unreadCount: 1 })
})

test('a deleted one is gone, and reading all reads each', () => {
  const before = feed(item('a'), item('b', 'earlier'))
  const removed = { type: 'notification.deleted', at: AT, data: { ...item('a'), unreadCount: 0 } }
  expect(changedFeed(before, removed)).toEqual({ items: [item('b', 'earlier')], unreadCount: 0 })
  const read = { type: 'notifications.read', at: AT, data: { unreadCount: 0 } }
  expect(changedFeed(before, read)).toEqual({ items: [item('a', AT), item('b', 'earlier')], unreadCount: 0 })
})
