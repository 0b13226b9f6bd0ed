// The baseline of the HTTP benchmark: Hono and D1 with nothing else, routes as short as possible, and one table with
// rows as wide as ours.
import { Hono } from 'hono'

type Bare = { Bindings: { DB: D1Database } }

const app = new Hono<Bare>()
  .get('/plain', (c) => c.json({ status: 'ok' }))
  .get('/items/:id', async (c) => {
    const row = await c.env.DB.prepare('SELECT * FROM items WHERE id = ?').bind(c.req.param('id')).first()
    return row ? c.json(row) : c.json({ error: 'not found' }, 404)
  })
  .get('/items', async (c) => {
    const { results } = await c.env.DB.prepare('SELECT * FROM items ORDER BY id DESC LIMIT 20').all()
    return c.json({ items: results })
  })
  .post('/items', async (c) => {
    const { name } = await c.req.json<{ name: string }>()
    const now = Date.now()
    const item = {
      id: `item_${crypto.randomUUID()}`,
      name,
      description: '',
      personal: 0,
      owner_id: 'usr_bare',
      plan: 'team',
      role: 'owner',
      version: 1,
      created_at: now,
      updated_at: now,
    }
    await c.env.DB.prepare('INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .bind(...Object.values(item))
      .run()
    return c.json(item, 201)
  })

export default app
