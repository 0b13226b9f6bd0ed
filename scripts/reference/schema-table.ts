// Shows a JSON Schema as a table: a row for each field, including nested ones, with type, limits and default.
import * as z from 'zod'

export type Schema = { readonly [keyword: string]: unknown }
export type Row = { path: string; type: string; byDefault: string; description: string }

/** Schemas with their own section, as JSON, and the link to it. */
export type Known = ReadonlyMap<string, string>

export function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}

export const knownSchemas = (entries: [schema: z.ZodType, link: string][]): Known =>
  new Map(entries.map(([schema, link]) => [fingerprint(schemaOf(schema)), link]))

/** A field may have its own description of a schema that is used in several places. */
const fingerprint = ({ description: _, default: __, ...schema }: Schema): string => JSON.stringify(schema)

export const tableOf = (schema: Schema, known: Known): string =>
  markdownTable(
    ['Field', 'Type', 'Default', 'Description'],
    rowsOf(schema, known).map(({ path, type, byDefault, description }) => [
      `\`${path}\``,
      type,
      byDefault,
      description,
    ]),
  )

export function rowsOf(schema: Schema, known: Known): Row[] {
  return fieldRows(schema, '', known, '')
}

function fieldRows(schema: Schema, prefix: string, known: Known, condition: string): Row[] {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
  const required = new Set((schema.required ?? []) as string[])
  return properties.flatMap(([name, field]) => {
    const path = `${prefix}${name}`
    return [
      {
        path,
        type: withLimits(field, name, known),
        byDefault: required.has(name) ? '**required**' : defaultOf(field),
        description: `${condition}${oneLine(String(field.description ?? ''))}`,
      },
      ...innerRows(field, path, known, condition),
    ]
  })
}

/** The fields of an object, of the objects in a list, or of each object of a choice. */
function innerRows(field: Schema, path: string, known: Known, condition: string): Row[] {
  if (known.has(fingerprint(field))) return []
  if (isSchema(field.items)) return innerRows(field.items, `${path}[]`, known, condition)
  const branches = branchesOf(field)
  if (branches !== null) return choiceRows(branches, path, known, condition)
  if (isSchema(field.additionalProperties))
    return innerRows(field.additionalProperties, `${path}.*`, known, condition)
  return fieldRows(field, `${path}.`, known, condition)
}

/**
 * The field that distinguishes the branches is one row with all its values. Other fields say which of them they
 * belong to.
 */
function choiceRows(branches: Schema[], path: string, known: Known, condition: string): Row[] {
  const objects = branches.filter((branch) => isSchema(branch.properties))
  const key = discriminatorOf(objects)
  if (key === undefined)
    return branches.flatMap((branch) => innerRows(branch, path, known, condition)).filter(firstOfPath())
  const keyFieldOf = (branch: Schema) => propertiesOf(branch)[key] as Schema
  const choices = objects.map((branch) => {
    const { [key]: _key, ...properties } = propertiesOf(branch)
    return {
      value: code(keyFieldOf(branch).const),
      description: oneLine(String(branch.description ?? keyFieldOf(branch).description ?? '')),
      rows: fieldRows({ ...branch, properties }, `${path}.`, known, ''),
    }
  })
  const first: Row = {
    path: `${path}.${key}`,
    type: `one of ${choices.map(({ value }) => value).join(', ')}`,
    byDefault: '**required**',
    description: choices
      .filter(({ description }) => description !== '')
      .map(({ value, description }) => `${value}: ${description}`)
      .join(' '),
  }
  const rows = new Map<string, { row: Row; values: string[] }>()
  for (const { value, rows: own } of choices) {
    for (const row of own) {
      const same = rows.get(JSON.stringify(row))
      if (same === undefined) rows.set(JSON.stringify(row), { row, values: [value] })
      else same.values.push(value)
    }
  }
  return [
    { ...first, description: `${condition}${first.description}` },
    ...[...rows.values()].map(({ row, values }) => {
      const when = values.length === choices.length ? '' : `With \`${key}\` ${values.join(', ')}: `
      return { ...row, description: `${condition}${when}${row.description}` }
    }),
  ]
}

const propertiesOf = (schema: Schema): Record<string, Schema> =>
  (schema.properties ?? {}) as Record<string, Schema>

const discriminatorOf = (objects: Schema[]): string | undefined =>
  Object.keys(propertiesOf(objects[0] ?? {})).find((name) =>
    objects.every((one) => 'const' in (propertiesOf(one)[name] ?? {})),
  )

function firstOfPath(): (row: Row) => boolean {
  const seen = new Set<string>()
  return ({ path }) => !seen.has(path) && seen.add(path).size > 0
}

const withLimits = (field: Schema, name: string, known: Known): string =>
  [typeOf(field, known), ...limitsOf(field, name)].join(', ')

export function typeOf(field: Schema, known: Known): string {
  const link = known.get(fingerprint(field))
  if (link !== undefined) return link
  if ('const' in field) return code(field.const)
  if (Array.isArray(field.enum)) return `one of ${field.enum.map(code).join(', ')}`
  const branches = branchesOf(field)
  if (branches !== null)
    return [
      ...new Set(branches.map((branch) => [typeOf(branch, known), ...limitsOf(branch, '')].join(', '))),
    ].join(' or ')
  if (field.type === 'array') return isSchema(field.items) ? `list of ${typeOf(field.items, known)}` : 'list'
  if (
    field.type === 'object' &&
    isSchema(field.additionalProperties) &&
    Object.keys(field.additionalProperties).length > 0
  )
    return `object of ${typeOf(field.additionalProperties, known)}`
  if (Array.isArray(field.type)) return field.type.join(' or ')
  return typeof field.type === 'string' ? field.type : 'any'
}

const ONE_LINE = '^\\P{Cc}*$'

function limitsOf(field: Schema, name: string): string[] {
  const number = (value: unknown) => formatNumber(Number(value), name)
  const limits: string[] = []
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = field
  if (!isUnlimited(minimum) || !isUnlimited(maximum))
    limits.push(
      range(isUnlimited(minimum) ? undefined : minimum, isUnlimited(maximum) ? undefined : maximum, number),
    )
  if (minLength !== undefined || maxLength !== undefined)
    limits.push(`${range(minLength, maxLength, number)} characters`)
  if (minItems !== undefined || maxItems !== undefined)
    limits.push(`${range(minItems, maxItems, number)} items`)
  if (typeof field.format === 'string') limits.push(field.format)
  else if (pattern === ONE_LINE) limits.push('one line')
  else if (typeof pattern === 'string' && pattern.length <= 40)
    limits.push(`matches ${code(new RegExp(pattern))}`)
  return limits
}

const isUnlimited = (value: unknown): boolean =>
  value === undefined || Math.abs(Number(value)) >= Number.MAX_SAFE_INTEGER

function range(from: unknown, to: unknown, show: (value: unknown) => string): string {
  if (to === undefined) return `at least ${show(from)}`
  if (from === undefined) return `at most ${show(to)}`
  return from === to ? `exactly ${show(from)}` : `${show(from)} to ${show(to)}`
}

const DURATIONS: [unit: string, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** Long times are also shown in days, hours or minutes. */
function formatNumber(value: number, name: string): string {
  const text = value.toLocaleString('en-US', { maximumFractionDigits: 20 })
  const unit = name.endsWith('Ms') ? DURATIONS.find(([, ms]) => value >= ms && value % ms === 0) : undefined
  if (unit === undefined) return text
  const count = value / unit[1]
  return `${text} (${count} ${unit[0]}${count === 1 ? '' : 's'})`
}

function defaultOf(field: Schema): string {
  return field.default === undefined ? '' : code(field.default)
}

const branchesOf = ({ anyOf, oneOf }: Schema): Schema[] | null => {
  const branches = anyOf ?? oneOf
  return Array.isArray(branches) ? (branches as Schema[]) : null
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function code(value: unknown): string {
  if (value === '') return '`""`'
  const text =
    value instanceof RegExp ? value.source : typeof value === 'string' ? value : JSON.stringify(value)
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}

export const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim()

export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
