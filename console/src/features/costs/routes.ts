import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { type OverviewSearch, type RowSearch, readOverview, readRows } from './model/filter.ts'
import { type JobSearch, readJobs } from './model/jobs.ts'

const overview = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs',
  validateSearch: (search: Record<string, unknown>): OverviewSearch => readOverview(search),
  component: lazyPage(() => import('./overview.tsx'), 'Overview'),
})

const rows = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/rows',
  validateSearch: (search: Record<string, unknown>): RowSearch => readRows(search),
  component: lazyPage(() => import('./rows.tsx'), 'Rows'),
})

const usage = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/usage',
  validateSearch: (search: Record<string, unknown>): RowSearch => readRows(search),
  component: lazyPage(() => import('./usage.tsx'), 'UsagePage'),
})

const row = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/rows/$id',
  component: lazyPage(() => import('./cost.tsx'), 'CostPage'),
})

export const IMPORT_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type ImportFilter = { status?: (typeof IMPORT_STATUSES)[number]; kind?: 'costs' | 'usage' }

export function readImports(search: Record<string, unknown>): ImportFilter {
  const status = IMPORT_STATUSES.find((one) => one === search.status)
  const kind = (['costs', 'usage'] as const).find((one) => one === search.kind)
  return { ...(status && { status }), ...(kind && { kind }) }
}

const imports = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/imports',
  validateSearch: readImports,
  component: lazyPage(() => import('./imports.tsx'), 'Imports'),
})

const newImport = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/imports/new',
  component: lazyPage(() => import('./new-import.tsx'), 'NewImport'),
})

const oneImport = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/imports/$id',
  component: lazyPage(() => import('./import.tsx'), 'ImportPage'),
})

const jobs = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/jobs',
  validateSearch: (search: Record<string, unknown>): JobSearch => readJobs(search),
  component: lazyPage(() => import('./jobs.tsx'), 'Jobs'),
})

const job = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/jobs/$id',
  component: lazyPage(() => import('./job.tsx'), 'JobPage'),
})

const exports = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/exports',
  component: lazyPage(() => import('./exports.tsx'), 'Exports'),
})

const budget = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/budget',
  component: lazyPage(() => import('./budget.tsx'), 'Budget'),
})

export type PriceSearch = { provider?: string; gpuType?: string; model?: string; currency?: string }

const PRICE_FIELDS = ['provider', 'gpuType', 'model', 'currency'] as const

export const readPrices = (search: Record<string, unknown>): PriceSearch =>
  Object.fromEntries(
    PRICE_FIELDS.flatMap((name) => {
      const value = search[name]
      return typeof value === 'string' && value.trim() !== '' ? [[name, value.trim().slice(0, 100)]] : []
    }),
  )

const prices = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/prices',
  validateSearch: readPrices,
  component: lazyPage(() => import('./prices.tsx'), 'Prices'),
})

export const costRoutes = [
  ...[overview, rows, row, usage],
  ...[imports, newImport, oneImport],
  ...[jobs, job],
  ...[exports, budget, prices],
]
