// The pages under /docs, in the order of the menu. `API` is rendered in the browser from /openapi.json; the others
// are Markdown.
export type MarkdownPage = { name: string; title: string; source: string }

export const API_TITLE = 'API'

export const MARKDOWN_PAGES: MarkdownPage[] = [
  { name: 'nodes', title: 'Nodes', source: 'docs/reference/nodes.md' },
  { name: 'triggers', title: 'Triggers', source: 'docs/reference/triggers.md' },
  { name: 'definition', title: 'Definition', source: 'docs/reference/definition.md' },
  { name: 'expressions', title: 'Expressions', source: 'docs/expressions.md' },
  { name: 'events', title: 'Events', source: 'docs/reference/events.md' },
  { name: 'errors', title: 'Errors', source: 'docs/reference/errors.md' },
  { name: 'glossary', title: 'Glossary', source: 'docs/GLOSSARY.md' },
]
