import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'

export type WorkflowsSearch = { q?: string; tag?: string; folder?: string; templates?: true }
export const TABS = ['graph', 'runs', 'versions', 'triggers'] as const
export type WorkflowTab = (typeof TABS)[number]
export type WorkflowSearch = { tab?: WorkflowTab; from?: number; to?: number; run?: true }

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined
const version = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/workflows',
  validateSearch: (search: Record<string, unknown>): WorkflowsSearch => {
    const [q, tag, folder] = [text(search.q), text(search.tag), text(search.folder)]
    return {
      ...(q && { q }),
      ...(tag && { tag }),
      ...(folder && { folder }),
      ...(search.templates === true && { templates: true as const }),
    }
  },
  component: lazyPage(() => import('./workflows.tsx'), 'Workflows'),
})

const imports = createRoute({
  getParentRoute: () => shellRoute,
  path: '/workflows/import',
  component: lazyPage(() => import('./import-page.tsx'), 'ImportPage'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/workflows/$id',
  validateSearch: (search: Record<string, unknown>): WorkflowSearch => {
    const tab = TABS.find((name) => name === search.tab)
    const [from, to] = [version(search.from), version(search.to)]
    return {
      ...(tab && { tab }),
      ...(from && { from }),
      ...(to && { to }),
      ...(search.run === true && { run: true as const }),
    }
  },
  component: lazyPage(() => import('./workflow.tsx'), 'WorkflowPage'),
})

export const workflowRoutes = [list, imports, one]
