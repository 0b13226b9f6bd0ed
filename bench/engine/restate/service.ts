// The workloads of `../workloads.ts` for Restate: each step is a `ctx.run`, which Restate records. A separate
// process, because Restate calls it over HTTP.
import { type Context, RestatePromise, serve, service } from '@restatedev/restate-sdk'

const fetched = async (url: string): Promise<unknown> => (await fetch(url)).json()

const bench = service({
  name: 'bench',
  handlers: {
    line: async (ctx: Context, { length }: { length: number }) => {
      for (let n = 0; n < length; n++) await ctx.run(`s${n}`, () => ({ n }))
      return { ok: true }
    },
    answer: async (ctx: Context, { name }: { name: string }) => ctx.run('set', () => ({ hello: name })),
    each: async (ctx: Context, { items }: { items: number[] }) => {
      const done = await RestatePromise.all(
        items.map((item) => ctx.run(`map${item}`, () => ({ double: item * 2 }))),
      )
      return ctx.run('join', () => ({ count: done.length }))
    },
    calls: async (ctx: Context, { url, calls = 5 }: { url: string; calls?: number }) => {
      for (let n = 0; n < calls; n++) await ctx.run(`c${n}`, () => fetched(`${url}?n=${n}`))
      return { ok: true }
    },
    call: async (ctx: Context, { url }: { url: string }) => {
      await ctx.run('c0', () => fetched(url))
      return { ok: true }
    },
  },
})

// Its log output for each call would be measured too.
await serve({ services: [bench], port: Number(process.env.PORT), logger: () => undefined })
process.send?.('ready')
