import * as z from 'zod'

export const Welcome = z
  .strictObject({ name: z.string(), description: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: 'Welcome' })
export type Welcome = z.infer<typeof Welcome>

export const Health = z.strictObject({ status: z.enum(['ok', 'degraded']) }).meta({ id: 'Health' })
export type Health = z.infer<typeof Health>
