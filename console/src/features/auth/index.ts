export { goToProvider } from './provider-sign-in.ts'
