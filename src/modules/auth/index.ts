export { authenticator } from './authenticator.ts'
export { rewrapFactors } from './mfa.ts'
export { mfaRoutes } from './mfa-routes.ts'
