// Plain texts for zod's validation errors. Importing this module sets them for every schema without texts of its own.
import * as z from 'zod'

type Issue = z.core.$ZodRawIssue

const FORMATS: Record<string, string> = {
  email: 'an email address',
  url: 'a URL',
  uuid: 'a UUID',
  datetime: 'a date and time such as 2026-01-31T12:00:00Z',
  date: 'a date such as 2026-01-31',
  time: 'a time such as 12:00:00',
  duration: 'an ISO 8601 duration such as PT15M',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidrv4: 'a range of IPv4 addresses',
  cidrv6: 'a range of IPv6 addresses',
  base64: 'base64',
  base64url: 'base64url',
  json_string: 'a JSON text',
}

const TYPES: Record<string, string> = {
  int: 'an integer',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a date',
}

const UNITS: Record<string, string> = { string: 'characters', array: 'items', set: 'items', map: 'entries' }

export function plainIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'Is required' : `Must be ${typeName(issue.expected)}`
    case 'invalid_value':
      if (issue.input === undefined) return 'Is required'
      return `Must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map((one) => JSON.stringify(one)).join(', ')}`
    case 'too_big':
      return `Must ${sizeOf(issue.origin, issue.exact ? 'exactly' : issue.inclusive ? 'at most' : 'less than', issue.maximum)}`
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'Must not be empty'
      return `Must ${sizeOf(issue.origin, issue.exact ? 'exactly' : issue.inclusive ? 'at least' : 'more than', issue.minimum)}`
    case 'invalid_format':
      return formatText(issue)
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return `Unknown field${issue.keys.length > 1 ? 's' : ''}: ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`
    case 'invalid_key':
      return 'The name of a field is not valid'
    case 'invalid_union':
      return unionText(issue)
    case 'invalid_element':
      return 'A value is not valid'
    default:
      return 'Is not valid'
  }
}

const typeName = (type: string): string => TYPES[type] ?? `a ${type}`

function sizeOf(origin: string, bound: string, limit: number | bigint): string {
  const unit = UNITS[origin]
  return unit === undefined
    ? `be ${bound} ${limit}`
    : `have ${bound} ${limit} ${limit === 1 ? unit.replace(/s$/, '') : unit}`
}

function formatText(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  const { format, prefix, suffix, includes, pattern } = issue as typeof issue & Record<string, unknown>
  if (format === 'starts_with') return `Must start with ${JSON.stringify(prefix)}`
  if (format === 'ends_with') return `Must end with ${JSON.stringify(suffix)}`
  if (format === 'includes') return `Must contain ${JSON.stringify(includes)}`
  if (format === 'regex') return `Must match the pattern ${pattern}`
  return `Must be ${FORMATS[format] ?? `a valid ${format}`}`
}

function unionText(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  if (issue.input === undefined) return 'Is required'
  const { options } = issue as { options?: unknown }
  if (Array.isArray(options) && options.length > 0)
    return `Must be one of ${options.map((one) => JSON.stringify(one)).join(', ')}`
  return 'Does not match any of the allowed forms'
}

z.config({ localeError: plainIssue })
