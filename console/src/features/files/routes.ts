import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { type FilesSearch, readSearch } from './model/search.ts'

export const FILE_TABS = ['content', 'versions', 'uses', 'links'] as const
export type FileTab = (typeof FILE_TABS)[number]
export type FileSearch = { tab?: FileTab }

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/files',
  validateSearch: (search: Record<string, unknown>): FilesSearch => readSearch(search),
  component: lazyPage(() => import('./files.tsx'), 'Files'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/files/$id',
  validateSearch: (search: Record<string, unknown>): FileSearch => {
    const tab = FILE_TABS.find((name) => name === search.tab)
    return tab ? { tab } : {}
  },
  component: lazyPage(() => import('./file.tsx'), 'FilePage'),
})

export const fileRoutes = [list, one]
