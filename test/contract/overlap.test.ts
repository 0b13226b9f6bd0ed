import { expect, test } from 'vitest'
import { app } from '../helpers/api.ts'
import { fillPath, findOverlaps } from './support/paths.ts'
import { routes } from './support/routes.ts'

test('no path matches two routes', () => {
  expect(findOverlaps(routes)).toEqual([])
})

test('a path of a route reaches that route', () => {
  const astray = routes.filter((route) => {
    const [matched] = app.router.match(route.method, fillPath(route.path))
    const paths = matched.map(([[, info]]) => info).filter((info) => info.method !== 'ALL')
    return paths.length === 0 || paths.some((info) => info.path !== route.path)
  })
  expect(astray.map((route) => route.name)).toEqual([])
})

test.each([
  ['/things/:id', '/things/mine', true],
  ['/things/:id{tsk_[0-9a-z]+}', '/things/mine', false],
  ['/things/:id{tsk_[0-9a-z]+}', '/things/:name{[a-z_0-9]+}', true],
  ['/things/:id{tsk_[0-9a-z]+}', '/things/:key{key_[0-9a-z]+}', false],
  ['/things/:id/parts', '/things/:id', false],
  ['/things/*', '/things/:id', true],
])('whether %s and %s can match the same path: %s', (a, b, both) => {
  expect(findOverlaps([a, b].map((path) => ({ method: 'GET', path }))).length > 0).toBe(both)
})
