export { RateLimiter } from './rate-limiter/index.ts'
