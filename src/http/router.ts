import { Hono } from 'hono'
import type { AppEnv } from './app-env.ts'

/** A module's routes. A trailing slash is the same route. */
export const router = (): Hono<AppEnv> => new Hono<AppEnv>({ strict: false })

type UpdateMethod = 'PUT' | 'PATCH'

/**
 * The methods of an update, which is partial by either: `.on(UPDATE, path, …)` is the only way that one is registered.
 * The contract documents the first.
 */
export const UPDATE: UpdateMethod[] = ['PATCH', 'PUT']

/** For what clients of older systems update by PUT, and for what is set at an address that the caller chooses. */
export const UPDATE_BY_PUT: UpdateMethod[] = ['PUT', 'PATCH']
