import { stringify } from 'yaml'
import { LIMITS, Trigger } from '../../src/engine/model/definition.ts'
import { knownSchemas, oneLine, type Schema, schemaOf, tableOf } from './schema-table.ts'

type Type = Trigger['type']

const NOTES: Record<Type, string> = {
  schedule:
    'Set either `cron` or `everyMs`. When clocks change, a time that does not exist fires right after the change, and a time that occurs twice fires once.',
  webhook:
    'The URL of the trigger is in `GET /api/v1/workflows/{id}/triggers`; its token stays the same in later versions. The input of the run is `{ method, path, params, query, headers, body }`.',
  event:
    'Each event starts at most one run for each matching trigger. The input of the run is `{ name, data, id, at }`.',
  manual:
    'Every workflow can be started manually or through the API, even without this trigger. Add it to choose the node where such starts begin, and to show in an editor that they are intended.',
}

export const TRIGGER_EXAMPLES: Record<Type, Trigger> = {
  schedule: {
    type: 'schedule',
    key: 'every-morning',
    cron: '30 8 * * MON-FRI',
    timezone: 'Europe/Berlin',
    input: { report: 'daily' },
  },
  webhook: {
    type: 'webhook',
    key: 'orders',
    methods: ['POST'],
    path: 'orders/:id',
    respond: 'on-respond',
    auth: { type: 'hmac' },
    filter: '{{ item.total > 0 }}',
  },
  event: {
    type: 'event',
    key: 'paid',
    name: 'payment.*',
    filter: "{{ item.currency === 'EUR' }}",
  },
  manual: { type: 'manual' },
}

export function triggersPage(): string {
  const options = Trigger.options.map((option) => schemaOf(option))
  return `# Triggers

Triggers start runs of a workflow while it is active. A workflow has up to ${LIMITS.triggers} triggers. They are part of each version, next to the
definition. Expressions are described in [Expressions](../expressions.md).

${options.map(triggerSection).join('\n\n')}
`
}

function triggerSection(schema: Schema): string {
  const { type, ...properties } = schema.properties as Record<string, Schema>
  const name = type?.const as Type
  const summary = oneLine(String(type?.description ?? ''))
  return `## ${name}

${summary} ${NOTES[name]}

${tableOf({ ...schema, properties }, knownSchemas([]))}

\`\`\`yaml
${stringify({ triggers: [TRIGGER_EXAMPLES[name]] }, { lineWidth: 0 }).trimEnd()}
\`\`\``
}
