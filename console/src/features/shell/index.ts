export { lazyPage } from './lazy-page.ts'
export { leave } from './leave.ts'
export {
  THING_PAGES,
  toAgent,
  toAgents,
  toApprovals,
  toCost,
  toDeployment,
  toDeployments,
  toFile,
  toFiles,
  toImport,
  toIntegration,
  toIntegrations,
  toNewAgent,
  toNewDeployment,
  toNewIntegration,
  toPage,
  toRun,
  toRuns,
  toTask,
  toTasks,
  toWebhook,
  toWebhooks,
  toWorkflow,
  toWorkflows,
} from './links.ts'
export { LiveDot } from './live-dot.tsx'
export { NoticeRow, useTarget } from './notices/notice-row.tsx'
export { type Notice, useDeleteNotice, useReadAllNotices, useReadNotice } from './notices/queries.ts'
export { PageLinks } from './page-links.tsx'
export { PageProblem } from './page-problem.tsx'
export { useMe } from './queries.ts'
export { RouteProblem, rootRoute, shellRoute } from './routes.tsx'
export { applyTheme, isDark, readTheme, setTheme, type Theme, useTheme } from './theme.ts'
export { Unknown } from './unknown.tsx'
export { useRights } from './use-rights.ts'
