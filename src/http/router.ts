import { Hono } from 'hono'
import type { AppEnv } from './app-env.ts'

/** A module's routes. A trailing slash is the same route. */
export const router = (): Hono<AppEnv> => new Hono<AppEnv>({ strict: false })

/** The methods of an update, which is partial by either: `.on(UPDATE, path, …)` is the only way that one is registered. */
export const UPDATE: ('PUT' | 'PATCH')[] = ['PUT', 'PATCH']
