// The catalogue of types: their groups, and which match a search.

export type TypeDescription = {
  type: string
  name: string
  help: string
  helpUrl: string | null
  fields: FieldDescription[]
  defaultHosts: string[]
  test: string | null
  usableFor: ('requests' | 'webhooks')[]
  needsConsent: boolean
}

export type FieldDescription = {
  name: string
  in: 'config' | 'secrets'
  isSecret: boolean
  isRequired: boolean
  description: string
  schema: Record<string, unknown>
}

type GroupIcon = 'globe' | 'key' | 'agent' | 'layers' | 'bell' | 'mail' | 'data' | 'plug'

type Group = { name: string; icon: GroupIcon; has: (type: string) => boolean }

const oneOf =
  (...types: string[]) =>
  (type: string): boolean =>
    types.includes(type)

const GROUPS: Group[] = [
  { name: 'Any HTTP API', icon: 'globe', has: (type) => type.startsWith('http.') },
  { name: 'OAuth 2', icon: 'key', has: (type) => type.startsWith('oauth2.') },
  { name: 'Language models', icon: 'agent', has: (type) => type.startsWith('ai.') },
  {
    name: 'Code and sites',
    icon: 'layers',
    has: oneOf('vercel', 'netlify', 'github', 'github-app', 'aws-s3'),
  },
  { name: 'Chat', icon: 'bell', has: oneOf('slack', 'discord', 'discord-webhook', 'telegram', 'teams') },
  { name: 'Mail', icon: 'mail', has: oneOf('resend', 'postmark', 'sendgrid') },
  { name: 'Databases', icon: 'data', has: oneOf('neon', 'supabase', 'upstash-redis') },
  { name: 'Others', icon: 'plug', has: () => true },
]

const groupOf = (type: string): Group | undefined => GROUPS.find((group) => group.has(type))

export const iconOf = (type: string): GroupIcon => groupOf(type)?.icon ?? 'plug'

export type TypeGroup = { name: string; icon: GroupIcon; types: TypeDescription[] }

/** Every word must occur in the name, the id or the help. */
export function catalogueOf(types: readonly TypeDescription[], search: string): TypeGroup[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const matching = types.filter((one) => {
    const text = `${one.name} ${one.type} ${groupOf(one.type)?.name} ${one.help}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return GROUPS.map((group) => ({
    name: group.name,
    icon: group.icon,
    types: matching.filter((one) => groupOf(one.type) === group),
  })).filter(({ types: found }) => found.length > 0)
}

/** Help texts name things in backticks. */
export const partsOf = (help: string): { text: string; isCode: boolean }[] =>
  help
    .split('`')
    .map((text, at) => ({ text, isCode: at % 2 === 1 }))
    .filter(({ text }) => text !== '')

/** Whether nothing but a list of hosts says where its secrets may go. */
export const needsHosts = ({ defaultHosts, usableFor, fields }: TypeDescription): boolean =>
  usableFor.includes('requests') &&
  defaultHosts.length === 0 &&
  !fields.some(
    ({ isRequired, schema }) => isRequired && (schema.format === 'uri' || schema.enum !== undefined),
  )
