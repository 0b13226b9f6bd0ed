export { userRoutes } from './routes/index.ts'
