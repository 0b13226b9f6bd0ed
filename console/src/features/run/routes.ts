import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'

export const VIEWS = ['timeline', 'graph', 'details'] as const
export type View = (typeof VIEWS)[number]

/** `node` is the path of the selected place. Graph, timeline and panel all show it. */
export type RunSearch = { node?: string; tab?: string; view?: View }

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const run = createRoute({
  getParentRoute: () => shellRoute,
  path: '/runs/$id',
  validateSearch: (search: Record<string, unknown>): RunSearch => {
    const [node, tab] = [textOf(search.node), textOf(search.tab)]
    const view = VIEWS.find((one) => one === search.view)
    return { ...(node && { node }), ...(tab && { tab }), ...(view && { view }) }
  },
  component: lazyPage(() => import('./run.tsx'), 'RunPage'),
})

const compare = createRoute({
  getParentRoute: () => shellRoute,
  path: '/runs/$id/compare/$other',
  validateSearch: (search: Record<string, unknown>): { node?: string } => {
    const node = textOf(search.node)
    return node === undefined ? {} : { node }
  },
  component: lazyPage(() => import('./compare/compare.tsx'), 'ComparePage'),
})

export const runRoutes = [run, compare]
