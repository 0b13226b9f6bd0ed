// Rules of the contract that hold for every route, proven over the route table.
import { expect, test } from 'vitest'
import { routes } from './support/routes.ts'

const twinOf = ({ method, path }: { method: string; path: string }) =>
  routes.find((one) => one.path === path && one.method === (method === 'PUT' ? 'PATCH' : 'PUT'))

test('what updates takes PUT and PATCH, and is the same by either', () => {
  const updates = routes.filter(({ method }) => method === 'PUT' || method === 'PATCH')
  expect(updates.length).toBeGreaterThan(30)
  for (const { name, method: _, ...route } of updates) {
    const { name: __, method: ___, ...twin } = twinOf({ ...route, method: _ }) ?? { name, method: 'none' }
    expect(twin, name).toEqual(route)
  }
})
