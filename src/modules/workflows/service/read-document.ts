// Reads a workflow from a file: an exported document, or a definition alone.
import type * as z from 'zod'
import { AppError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import { jsonTypeOf } from '../../../core/json-type.ts'
import { workflowInvalid } from '../check/index.ts'
import { looksLikeN8n } from '../check/n8n.ts'
import { readText, withoutSchemaLink } from '../check/read-text.ts'
import { ReadDocument } from '../schema/document.ts'

export function readDocument(raw: Record<string, unknown>): ReadDocument {
  if (looksLikeN8n(raw))
    throw workflowInvalid(
      [
        {
          path: '',
          code: 'import.n8n_unavailable',
          message: 'This is an n8n workflow, which cannot be imported',
        },
      ],
      'This looks like an n8n workflow. Importing n8n workflows is not available.',
    )
  return parsed(ReadDocument, 'definition' in raw ? raw : { definition: raw })
}

/** The name field of a definition. */
export function nameIn({ name }: Record<string, unknown>): string | undefined {
  const text = typeof name === 'string' ? name.trim().slice(0, 200) : ''
  return text === '' ? undefined : text
}

/** JSON or YAML. */
export function objectIn(text: string): Record<string, unknown> {
  const read = readText(text)
  if (!read.ok) throw workflowInvalid(read.error)
  if (jsonTypeOf(read.value) === 'object') return withoutSchemaLink(read.value as Record<string, unknown>)
  throw workflowInvalid([
    {
      path: '',
      code: 'definition.invalid',
      message: `A workflow must be an object, not ${jsonTypeOf(read.value)}`,
    },
  ])
}

export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new AppError('request.invalid', { errors: fieldErrors(result.error.issues) })
}
