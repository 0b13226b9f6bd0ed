import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { readSearch, type TaskSearch, TYPES } from './model/filter.ts'

export const TABS = ['work', 'subtasks', 'dependencies', 'schedule', 'comments', 'history'] as const
export type TaskTab = (typeof TABS)[number]
export type OneTaskSearch = { tab?: TaskTab; edit?: true }

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks',
  validateSearch: (search: Record<string, unknown>): TaskSearch => readSearch(search),
  component: lazyPage(() => import('./tasks.tsx'), 'Tasks'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks/$id',
  validateSearch: (search: Record<string, unknown>): OneTaskSearch => {
    const tab = TABS.find((name) => name === search.tab)
    return { ...(tab && { tab }), ...(search.edit === true && { edit: true as const }) }
  },
  component: lazyPage(() => import('./task/task.tsx'), 'TaskPage'),
})

export type TemplateSearch = { source?: 'built-in' | 'team' | 'public'; type?: string; use?: string }

const templates = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks/templates',
  validateSearch: ({ source, type, use }: Record<string, unknown>): TemplateSearch => {
    const from = (['built-in', 'team', 'public'] as const).find((one) => one === source)
    const kind = TYPES.find((one) => one === type)
    return {
      ...(from && { source: from }),
      ...(kind && { type: kind }),
      ...(typeof use === 'string' && /^tpl_/.test(use) && { use }),
    }
  },
  component: lazyPage(() => import('./templates/templates.tsx'), 'Templates'),
})

const figures = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks/figures',
  validateSearch: ({ days }: Record<string, unknown>): { days?: number } =>
    days === 7 || days === 90 ? { days } : {},
  component: lazyPage(() => import('./figures/figures.tsx'), 'Figures'),
})

const limits = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks/limits',
  component: lazyPage(() => import('./limits.tsx'), 'Limits'),
})

const imports = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks/import',
  component: lazyPage(() => import('./import-page.tsx'), 'ImportPage'),
})

export const taskRoutes = [list, templates, figures, limits, imports, one]
