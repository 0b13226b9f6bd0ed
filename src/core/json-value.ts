import * as z from 'zod'
import type { Json } from './json.ts'

/** Any JSON value. It has a name, so that the API description has one recursive schema for it. */
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
