export { deleteAccountRows, findOwnedTeams } from './repo/deletion.ts'
export { userRoutes } from './routes/index.ts'
export { deletionMessages } from './service/delete-account.ts'
