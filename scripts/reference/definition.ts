import { stringify } from 'yaml'
import type * as z from 'zod'
import {
  Body,
  Definition,
  Each,
  Edge,
  LIMITS,
  Node,
  RetryPolicy,
  Settings,
  Trigger,
  Triggers,
} from '../../src/engine/model/definition.ts'
import { ReadDocument } from '../../src/modules/workflows/schema/document.ts'
import { knownSchemas, markdownTable, type Schema, schemaOf, tableOf } from './schema-table.ts'

const PARTS: [title: string, schema: z.ZodType, intro: string][] = [
  [
    'Definition',
    Definition,
    'The graph of a workflow. It is JSON, or YAML where text is accepted. Each version of a workflow has one.',
  ],
  ['Node', Node, 'A step. Its `params` depend on its type: see [Nodes](nodes.md).'],
  [
    'Edge',
    Edge,
    'Leads from a port of one node to another node. A node starts when all its incoming edges are settled and at least one was taken.',
  ],
  [
    'Each',
    Each,
    'Runs a node once for each item of a list. In expressions, the item is `item` and its position is `index`.',
  ],
  ['Retry', RetryPolicy, 'When and how often a failed attempt is retried.'],
  ['Settings', Settings, 'How the runs of a workflow behave.'],
  ['Body', Body, 'The inner nodes of a `flow.group`.'],
]

const KNOWN = knownSchemas([
  ...PARTS.map(([title, schema]): [z.ZodType, string] => [
    schema,
    `[${title.toLowerCase()}](#${title.toLowerCase()})`,
  ]),
  [Trigger, '[trigger](triggers.md)'],
])

const LIMIT_TEXTS: Record<keyof typeof LIMITS, string> = {
  nodes: 'nodes of a definition, including those inside groups',
  edges: 'edges of a definition',
  definitionBytes: 'bytes of a definition as JSON',
  depth: 'levels of nesting',
  activations: 'activations of a run: each node, item and iteration counts',
  items: 'items of an `each`',
  iterations: 'iterations of a loop',
  loopDepth: 'loops inside loops',
  triggers: 'triggers of a workflow',
}

export const DEFINITION_EXAMPLE = {
  format: 'orrery.workflow/1',
  name: 'Price an order',
  triggers: [{ type: 'event', name: 'order.created' }],
  definition: {
    inputs: {
      type: 'object',
      properties: { name: { type: 'string' }, data: { type: 'object' } },
      required: ['data'],
    },
    nodes: [
      {
        id: 'stock',
        type: 'http.request',
        params: { url: 'https://api.example.com/stock/{{ item.sku }}' },
        each: { items: '{{ input.data.lines }}', concurrency: 4 },
        retry: { attempts: 3, delayMs: 2_000 },
      },
      { id: 'large', type: 'flow.if', params: { condition: '{{ input.data.total > 1000 }}' } },
      { id: 'ask', type: 'flow.approval', params: { title: 'Ship order {{ input.data.id }}?' } },
      { id: 'ready', type: 'flow.merge', params: { mode: 'any' } },
    ],
    edges: [
      { from: 'stock', to: 'large' },
      { from: 'large', port: 'true', to: 'ask' },
      { from: 'large', port: 'false', to: 'ready' },
      { from: 'ask', port: 'approved', to: 'ready' },
    ],
    settings: { deadlineMs: 86_400_000, concurrency: { limit: 1, key: '{{ input.data.customer }}' } },
    output: { stock: '{{ nodes.stock }}' },
  },
}

export function definitionPage(): string {
  return `# Definition

A workflow file contains a definition with its name and triggers, as in an export. A definition alone can be
imported too. \`POST /api/v1/workflows/validate\` reports all its problems.

Editors validate and complete a file that refers to the JSON Schema, which the server provides at \`/schemas/workflow.json\`: with \`$schema\` in JSON, or
with the comment \`# yaml-language-server: $schema=…\` in YAML.

\`\`\`yaml
${stringify(DEFINITION_EXAMPLE, { lineWidth: 0 }).trimEnd()}
\`\`\`

## File

${tableOf(fileSchema(), KNOWN)}

${PARTS.map(([title, schema, intro]) => `## ${title}\n\n${intro}\n\n${tableOf(schemaOf(schema), KNOWN)}`).join('\n\n')}

## Limits

${markdownTable(
  ['At most', 'of'],
  Object.entries(LIMIT_TEXTS).map(([name, text]) => [
    LIMITS[name as keyof typeof LIMITS].toLocaleString('en-US'),
    text,
  ]),
)}
`
}

/** Import accepts any definition and triggers, to report all their problems. This is the intended schema. */
function fileSchema(): Schema {
  const schema = schemaOf(ReadDocument)
  const parts = {
    definition: { ...schemaOf(Definition), description: 'The graph.' },
    triggers: { ...schemaOf(Triggers), description: 'The triggers of the workflow.' },
  }
  const properties = Object.entries(schema.properties as Record<string, Schema>).map(
    ([name, field]): [string, Schema] => {
      const part = (parts as Record<string, Schema>)[name]
      return [name, part === undefined ? field : { ...part, default: field.default }]
    },
  )
  return { ...schema, properties: Object.fromEntries(properties) }
}
