import { drizzle } from 'drizzle-orm/d1'
import * as schema from './schema/index.ts'

const open = (d1: D1Database) => drizzle(d1, { schema })

export type Db = ReturnType<typeof open>

const clients = new WeakMap<D1Database, Db>()

export function dbOf(d1: D1Database): Db {
  const known = clients.get(d1)
  if (known) return known
  const db = open(d1)
  clients.set(d1, db)
  return db
}
