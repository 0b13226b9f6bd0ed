import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { TYPE_NAMES } from './model/words.ts'

export const SORTS = ['name', '-name', '-updatedAt', 'updatedAt', '-createdAt', 'createdAt'] as const
export type AgentsSearch = {
  show?: 'built-in' | 'templates' | undefined
  q?: string
  tag?: string
  type?: string
  sort?: string
}
export const TABS = ['chat', 'config', 'calls', 'versions'] as const
export type AgentTab = (typeof TABS)[number]
/** `once` asks without a thread. */
export type AgentSearch = {
  tab?: AgentTab
  thread?: string
  once?: true
  q?: string
  status?: string
  version?: number
}
export type NewAgentSearch = { type?: string; template?: string }

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 100) : undefined
const id = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

export function readAgents(search: Record<string, unknown>): AgentsSearch {
  const [q, tag] = [text(search.q), text(search.tag)]
  const type = Object.keys(TYPE_NAMES).find((one) => one === search.type)
  const sort = SORTS.find((one) => one === search.sort)
  const show = (['built-in', 'templates'] as const).find((one) => one === search.show)
  return {
    ...(show && { show }),
    ...(q && { q }),
    ...(tag && { tag }),
    ...(type && { type }),
    ...(sort && { sort }),
  }
}

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents',
  validateSearch: readAgents,
  component: lazyPage(() => import('./agents.tsx'), 'Agents'),
})

const create = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents/new',
  validateSearch: (search: Record<string, unknown>): NewAgentSearch => {
    const [type, template] = [text(search.type), id(search.template, /^tpl_\w+$/)]
    return { ...(type && { type }), ...(template && { template }) }
  },
  component: lazyPage(() => import('./new-agent.tsx'), 'NewAgent'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/agents/$id',
  validateSearch: (search: Record<string, unknown>): AgentSearch => {
    const tab = TABS.find((name) => name === search.tab)
    const [thread, q, status] = [id(search.thread, /^thr_\w+$/), text(search.q), text(search.status)]
    const version = Number.isSafeInteger(search.version) ? Number(search.version) : undefined
    return {
      ...(tab && { tab }),
      ...(thread && { thread }),
      ...(search.once === true && { once: true as const }),
      ...(q && { q }),
      ...(status && { status }),
      ...(version && { version }),
    }
  },
  component: lazyPage(() => import('./agent.tsx'), 'AgentPage'),
})

export const agentRoutes = [list, create, one]
