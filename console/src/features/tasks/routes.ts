import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../shell/index.ts'
import { readSearch, type TaskSearch } from './model/filter.ts'

export const TABS = ['work', 'subtasks', 'dependencies', 'schedule', 'comments', 'history'] as const
export type TaskTab = (typeof TABS)[number]
export type OneTaskSearch = { tab?: TaskTab; edit?: true }

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks',
  validateSearch: (search: Record<string, unknown>): TaskSearch => readSearch(search),
  component: lazyRouteComponent(() => import('./tasks.tsx'), 'Tasks'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks/$id',
  validateSearch: (search: Record<string, unknown>): OneTaskSearch => {
    const tab = TABS.find((name) => name === search.tab)
    return { ...(tab && { tab }), ...(search.edit === true && { edit: true as const }) }
  },
  component: lazyRouteComponent(() => import('./task/task.tsx'), 'TaskPage'),
})

export const taskRoutes = [list, one]
