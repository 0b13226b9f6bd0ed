import * as z from 'zod'
import type { Json } from './json.ts'

/** Any JSON. Named, so that the contract has one schema for it that refers to itself. */
export const JsonValue: z.ZodType<Json, Json> = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(JsonValue),
      z.record(z.string(), JsonValue),
    ]),
  )
  .meta({ id: 'JsonValue' })
