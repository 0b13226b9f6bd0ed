// Says which fields exist where a request has an unknown one.
import * as z from 'zod'
import type { FieldError } from '../core/errors.ts'
import { pointerParts } from '../core/pointer.ts'
import { nearest } from '../engine/expression/index.ts'

/** A comparison with every field is not free, and the first ones are what people read. */
const MAX_EXPLAINED = 10
const MAX_LISTED = 30

export function explainUnknownFields(errors: FieldError[], schema: z.ZodType): FieldError[] {
  let explained = 0
  return errors.map((error) => {
    if (error.code !== 'unrecognized_keys' || error.path === undefined || explained++ >= MAX_EXPLAINED)
      return error
    const parts = pointerParts(error.path)
    const name = parts.pop() ?? ''
    return { ...error, message: `${error.message}${hintOf(name, fieldsAt(schema, parts))}` }
  })
}

function hintOf(name: string, fields: string[]): string {
  const near = nearest(name, fields)
  if (near !== undefined) return `. Did you mean "${near}"?`
  return fields.length === 0 || fields.length > MAX_LISTED ? '' : `. The fields are ${fields.join(', ')}`
}

/** The fields of the object at a place; none if the place has several forms. */
function fieldsAt(schema: z.ZodType, parts: readonly string[]): string[] {
  let at: z.core.$ZodType | undefined = unwrapped(schema)
  for (const part of parts) {
    if (at instanceof z.ZodObject) at = at.shape[part] as z.core.$ZodType | undefined
    else if (at instanceof z.ZodArray) at = at.element
    else if (at instanceof z.ZodRecord) at = at.valueType
    else return []
    at = unwrapped(at)
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function unwrapped(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let at = schema
  while (at !== undefined) {
    if (at instanceof z.ZodPipe) at = at.in
    else if (at instanceof z.ZodLazy) at = at.def.getter()
    else if (
      at instanceof z.ZodOptional ||
      at instanceof z.ZodNullable ||
      at instanceof z.ZodDefault ||
      at instanceof z.ZodPrefault ||
      at instanceof z.ZodReadonly
    )
      at = at.def.innerType
    else return at
  }
  return at
}
