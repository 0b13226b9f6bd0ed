// Shared code of the nodes that process lists. All of them take linear or n log n time.
import * as z from 'zod'
import { NodeFailure } from '../node.ts'

export const MAX_ITEMS = 100_000

export const items = z.array(z.unknown()).max(MAX_ITEMS).describe('The list.')

/** A parameter that must be in the definition. Its value for each item is only known in the run. */
export const perItem = (description: string) =>
  z
    .unknown()
    .refine((value) => value !== undefined, { message: 'is missing' })
    .describe(description)

export type Row = Readonly<Record<string, unknown>>

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const badData = (code: string, message: string): NodeFailure =>
  new NodeFailure({ code, message, retryable: false })
