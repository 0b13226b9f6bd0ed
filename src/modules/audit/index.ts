import { defineModule } from '../define-module.ts'
import { auditExport } from './repo/export.ts'
import { archiveAudit } from './service/archive.ts'
import { sealAudit } from './service/seal.ts'
import { teamAuditRoutes } from './team-routes.ts'

export { auditRoutes } from './routes.ts'
export { verifyAudit } from './service/verify.ts'
export { sealAudit }

export const auditModule = defineModule({
  name: 'audit',
  routes: [['/api/v1/teams', teamAuditRoutes]],
  cron: [{ name: 'seal audit log', run: sealAudit }],
  retires: [{ kind: 'audit', ofTeam: archiveAudit, everyTeam: true }],
  exportLists: auditExport,
})
