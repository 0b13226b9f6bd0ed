import { EVENT_TEXTS } from './event-texts.ts'
import { code, markdownTable } from './schema-table.ts'

/** Clients see it under other names. */
const INTERNAL = new Set<string>(['node.settled'])

export function eventsPage(): string {
  const events = Object.entries<{ text: string; fields: Record<string, string> }>(EVENT_TEXTS)
    .filter(([type]) => !INTERNAL.has(type))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `# Events of a run

Everything that happens in a run is an event. \`GET /api/v1/workflows/executions/{id}/events\` sends them as server-sent events, or a page of
them as JSON; \`…/ws\` sends them over a WebSocket. A client goes on where it left off with \`Last-Event-ID\` or \`afterSeq\`.

\`\`\`text
id: 3
event: node.started
data: {"type":"node.started","path":"price","attempt":1,"seq":3,"at":"2026-01-31T12:00:00.000Z"}
\`\`\`

Every event has these fields; the others depend on its type. A client ignores types and fields that it does not know.

${markdownTable(
  ['Field', 'Meaning'],
  [
    ['`type`', 'What happened: one of the types below.'],
    ['`seq`', 'The number of the event in its run, from 1 without gaps.'],
    ['`at`', 'When it was recorded, as ISO 8601 in UTC.'],
  ],
)}

A \`path\` names a node in its place: \`map:3.inner~2\` is \`inner\`, in its second iteration, inside item 3 of \`map\`.

## Types

${markdownTable(
  ['Type', 'Meaning', 'Fields'],
  events.map(([type, { text, fields }]) => [
    code(type),
    text,
    Object.entries(fields)
      .map(([name, meaning]) => `${code(name)}: ${meaning}`)
      .join(' '),
  ]),
)}
`
}
