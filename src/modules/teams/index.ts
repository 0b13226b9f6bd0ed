export { insertTeam, type NewTeam } from './repo.ts'
export { teamRoutes } from './routes.ts'
