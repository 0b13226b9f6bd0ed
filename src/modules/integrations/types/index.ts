// All integration types. To add one, create its value in a file here, and add it to the list of that file.
import * as z from 'zod'
import { AI_TYPES } from './ai.ts'
import { CHAT_TYPES } from './chat.ts'
import { DATA_TYPES } from './data.ts'
import { HTTP_TYPES } from './http.ts'
import { MAIL_TYPES } from './mail.ts'
import { OAUTH_TYPES } from './oauth.ts'
import { SITE_TYPES } from './sites.ts'
import { TOOL_TYPES } from './tools.ts'
import type { IntegrationType } from './type.ts'

export const INTEGRATION_TYPES: readonly IntegrationType[] = [
  ...HTTP_TYPES,
  ...OAUTH_TYPES,
  ...AI_TYPES,
  ...SITE_TYPES,
  ...TOOL_TYPES,
  ...CHAT_TYPES,
  ...MAIL_TYPES,
  ...DATA_TYPES,
]

const byName = new Map(INTEGRATION_TYPES.map((one) => [one.type, one]))

export const typeOf = (type: string): IntegrationType | undefined => byName.get(type)

/** Whether it can sign requests. */
export const signs = (type: IntegrationType): boolean =>
  type.auth !== undefined || type.token !== undefined || type.signsRequests === true

export const usesOf = (type: IntegrationType): ('requests' | 'webhooks')[] => [
  ...(signs(type) ? (['requests'] as const) : []),
  ...(type.webhookSecret === undefined ? [] : (['webhooks'] as const)),
]

export type FieldDescription = {
  name: string
  in: 'config' | 'secrets'
  isSecret: boolean
  isRequired: boolean
  description: string
  /** JSON Schema. */
  schema: Record<string, unknown>
}

export type TypeDescription = {
  type: string
  name: string
  help: string
  helpUrl: string | null
  fields: FieldDescription[]
  /** The default hosts for its secrets. Empty if they depend on the fields. */
  defaultHosts: string[]
  /** Null if nothing can be tested. */
  test: string | null
  usableFor: ('requests' | 'webhooks')[]
  /** A person must consent at the provider before it works. */
  needsConsent: boolean
}

let described: readonly TypeDescription[] | undefined

export function describeTypes(): readonly TypeDescription[] {
  described ??= INTEGRATION_TYPES.map(describe)
  return described
}

function describe(one: IntegrationType): TypeDescription {
  const { type, name, help, helpUrl, config, secrets, test } = one
  return {
    type,
    name,
    help,
    helpUrl,
    fields: [...fieldsOf('config', config), ...fieldsOf('secrets', secrets)],
    defaultHosts: fixedHosts(one),
    test: test?.description ?? null,
    usableFor: usesOf(one),
    needsConsent: one.token === 'authorization-code',
  }
}

function fieldsOf(place: 'config' | 'secrets', object: z.ZodObject): FieldDescription[] {
  const { properties = {}, required = [] } = z.toJSONSchema(object, { io: 'input', unrepresentable: 'any' })
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', ...schema } = property as Record<string, unknown> & { description?: string }
    const isSecret = place === 'secrets'
    return { name, in: place, isSecret, isRequired: required.includes(name), description, schema }
  })
}

function fixedHosts({ hosts }: IntegrationType): string[] {
  try {
    return hosts({}, {})
  } catch {
    return []
  }
}
