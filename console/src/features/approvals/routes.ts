import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'

const STATUSES = ['pending', 'approved', 'rejected', 'timeout', 'cancelled'] as const

export type ApprovalSearch = { status?: (typeof STATUSES)[number]; mine?: boolean; id?: string }

export function readApprovals(search: Record<string, unknown>): ApprovalSearch {
  const status = STATUSES.find((one) => one === search.status)
  return {
    ...(status && { status }),
    ...(search.mine === true && { mine: true }),
    ...(typeof search.id === 'string' && { id: search.id }),
  }
}

const approvals = createRoute({
  getParentRoute: () => shellRoute,
  path: '/approvals',
  validateSearch: readApprovals,
  component: lazyPage(() => import('./approvals.tsx'), 'Approvals'),
})

export const approvalRoutes = [approvals]
