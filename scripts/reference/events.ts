import { RunEvent, RunEventError } from '../../src/objects/run-events.ts'
import { code, markdownTable, type Row, rowsOf, type Schema, schemaOf } from './schema-table.ts'

const LINKS = new Map([[JSON.stringify({ $ref: '#/$defs/RunEventError' }), '[error](#errors)']])

export function eventsPage(): string {
  const branches = RunEvent.options.map(schemaOf)
  const { RunEventError: error = {} } = schemaOf(RunEventError).$defs as Record<string, Schema>
  const common = rowsOf(branches[0] as Schema, LINKS).filter(({ path }) => COMMON.includes(path))
  return `# Events of a run

A run reports what happens in it as events. \`GET /api/v1/runs/{id}/events\` sends them as server-sent events, or a page of them as JSON;
\`…/ws\` sends them over a WebSocket. All of them send the same JSON. A client resumes with \`Last-Event-ID\` or \`afterSeq\`.

\`\`\`text
id: 3
event: node.started
data: {"type":"node.started","seq":3,"at":"2026-01-31T12:00:00.000Z","progress":25,"path":"price","attempt":1}
\`\`\`

Every event has these fields; the others depend on its type. Clients must ignore unknown types and fields.

${fieldTable(common)}

A \`path\` identifies an execution of a node: \`map:3.inner~2\` is \`inner\`, in its second iteration, inside item 3 of \`map\`.

## Types

${markdownTable(
  ['Type', 'Meaning'],
  branches.map((branch) => [`[${code(typeOf(branch))}](#${anchorOf(branch)})`, String(branch.description)]),
)}

${branches.map(section).join('\n\n')}

## Errors

${fieldTable(rowsOf(error, LINKS))}
`
}

const COMMON = ['seq', 'at', 'progress']

const typeOf = (branch: Schema): string =>
  String((branch.properties as Record<string, Schema>).type?.const ?? '')

/** The same anchor as on GitHub. */
const anchorOf = (branch: Schema): string => typeOf(branch).replaceAll('.', '')

function section(branch: Schema): string {
  const own = rowsOf(branch, LINKS).filter(({ path }) => path !== 'type' && !COMMON.includes(path))
  const fields = own.length === 0 ? 'It has no other fields.' : fieldTable(own)
  return `### \`${typeOf(branch)}\`\n\n${String(branch.description)}\n\n${fields}`
}

const fieldTable = (rows: Row[]): string =>
  markdownTable(
    ['Field', 'Type', 'Meaning'],
    rows.map(({ path, type, byDefault, description }) => [
      code(path),
      byDefault === '**required**' ? type : `${type}, optional`,
      description,
    ]),
  )
