export { auditRoutes } from './routes.ts'
export { sealAudit } from './service/seal.ts'
export { verifyAudit } from './service/verify.ts'
export { teamAuditRoutes } from './team-routes.ts'
