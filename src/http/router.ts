import { Hono } from 'hono'
import type { AppEnv } from './app-env.ts'

/** Creates a module's routes. A trailing slash makes no difference. */
export const router = (): Hono<AppEnv> => new Hono<AppEnv>({ strict: false })

type UpdateMethod = 'PUT' | 'PATCH'

/**
 * The methods of an update, which is always partial. Updates are only registered with `.on(UPDATE, path, …)`. The first method is
 * the documented one.
 */
export const UPDATE: UpdateMethod[] = ['PATCH', 'PUT']

/** For updates that clients of older systems send as PUT, and for objects at a path that the caller chooses. */
export const UPDATE_BY_PUT: UpdateMethod[] = ['PUT', 'PATCH']
