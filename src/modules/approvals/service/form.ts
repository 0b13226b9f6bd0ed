// Converts an approval's form to fields of a page, and back. Simple properties get fields of their own kind; for all others,
// the page asks for JSON.
import { AppError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import { type Json, parseJson } from '../../../core/json.ts'
import { requireOurJson } from '../../../core/our-json.ts'
import { DecideApproval } from '../schema.ts'

export type Field = {
  name: string
  label: string
  kind: 'text' | 'number' | 'boolean' | 'choice' | 'json'
  required: boolean
  choices: string[]
}

type Property = { type?: unknown; enum?: unknown; title?: unknown }

const MAX_FIELDS = 100

export function fieldsOf(form: string | null): Field[] {
  const schema = (form === null ? {} : JSON.parse(form)) as { properties?: unknown; required?: unknown }
  if (typeof schema !== 'object' || schema === null) return []
  const { properties, required } = schema
  if (typeof properties !== 'object' || properties === null) return []
  return Object.entries(properties as Record<string, Property | boolean>)
    .slice(0, MAX_FIELDS)
    .map(([name, property]) => {
      const { title, enum: choices } = typeof property === 'object' ? property : {}
      return {
        name,
        label: typeof title === 'string' ? title : name,
        kind: kindOf(property),
        required: Array.isArray(required) && required.includes(name),
        choices: Array.isArray(choices) ? choices.map(String) : [],
      }
    })
}

function kindOf(property: Property | boolean): Field['kind'] {
  if (typeof property !== 'object') return 'json'
  const { type, enum: choices } = property
  if (Array.isArray(choices)) return choices.every((one) => typeof one === 'string') ? 'choice' : 'json'
  if (type === 'string') return 'text'
  if (type === 'number' || type === 'integer') return 'number'
  return type === 'boolean' ? 'boolean' : 'json'
}

/** The submitted data, as JSON or from the page. An empty field counts as omitted. */
export function readDecision(text: string, contentType: string, form: string | null): DecideApproval {
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)
  const sent = isForm ? fromFields(new URLSearchParams(text), form) : requireOurJson(text)
  const parsed = DecideApproval.safeParse(sent)
  if (parsed.success) return parsed.data
  throw new AppError('request.invalid', {
    errors: fieldErrors(parsed.error.issues),
  })
}

function fieldJson(name: string, text: string): Json {
  const parsed = parseJson(text)
  if (parsed.ok) return parsed.value
  throw new AppError('request.invalid', {
    detail: 'The data does not match the form.',
    errors: [{ path: `/data/${name}`, message: 'is not JSON', code: 'json' }],
  })
}

function fromFields(sent: URLSearchParams, form: string | null): unknown {
  const decision = sent.get('decision')
  const comment = sent.get('comment') ?? ''
  const values = fieldsOf(form).flatMap(({ name, kind }): [string, Json][] => {
    const text = sent.get(`data.${name}`) ?? ''
    if (kind === 'boolean') return [[name, text === 'true']]
    if (text === '') return []
    if (kind === 'number') return [[name, Number.isFinite(Number(text)) ? Number(text) : text]]
    return [[name, kind === 'json' && decision === 'approve' ? fieldJson(name, text) : text]]
  })
  const withData = form !== null && decision === 'approve'
  return {
    decision,
    ...(comment === '' ? {} : { comment }),
    ...(withData ? { data: Object.fromEntries(values) } : {}),
  }
}
