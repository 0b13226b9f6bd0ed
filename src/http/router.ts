import { Hono } from 'hono'
import type { AppEnv } from './app-env.ts'

/** A module's routes. A trailing slash is the same route. */
export const router = (): Hono<AppEnv> => new Hono<AppEnv>({ strict: false })
