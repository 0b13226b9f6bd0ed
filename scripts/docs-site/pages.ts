// The pages under /docs, in the order of the menu. `API` is drawn in the browser from /openapi.json; the others are Markdown.
export type MarkdownPage = { name: string; title: string; source: string }

export const API_TITLE = 'API'

export const MARKDOWN_PAGES: MarkdownPage[] = [
  { name: 'expressions', title: 'Expressions', source: 'docs/expressions.md' },
]
