export { insertTeam, type NewTeam } from './repo/teams.ts'
export {
  addUsage,
  findUsage,
  LEVELS,
  LIVE_KEYS,
  NOW,
  type UsageFlow,
  type UsageLevel,
  type UsageRow,
} from './repo/usage.ts'
export { teamRoutes } from './routes/index.ts'
export { toUsd } from './schema/budget.ts'
export { periodOf } from './schema/usage.ts'
export { teamStoragePrefix } from './service/teams.ts'
