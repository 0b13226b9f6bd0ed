export { deleteAccountRows, findOwnedTeams } from './repo/deletion.ts'
export { userRoutes } from './routes/index.ts'
export { avatarPrefix } from './service/avatar.ts'
