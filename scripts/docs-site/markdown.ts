// Converts Markdown to HTML. Raw HTML is shown as text. Links with schemes other than those of the web are not links.
import { posix } from 'node:path'
import MarkdownIt from 'markdown-it'
import type { MarkdownPage } from './pages.ts'

export type Heading = { level: number; text: string; id: string }
export type Rendered = { html: string; headings: Heading[] }

/** `pages` contains the targets of links to other Markdown files. A file without a page is mentioned without a link. */
export function renderMarkdown(text: string, page: MarkdownPage, pages: readonly MarkdownPage[]): Rendered {
  const markdown = new MarkdownIt({ html: false })
  const headings: Heading[] = []
  markdown.core.ruler.push('headings', ({ tokens }) => {
    const slugs = new Map<string, number>()
    for (const [at, token] of tokens.entries()) {
      if (token.type !== 'heading_open') continue
      const inline = tokens[at + 1]
      const title = (inline?.children ?? []).map(({ content }) => content).join('')
      const id = uniqueSlug(title, slugs)
      token.attrSet('id', id)
      headings.push({ level: Number(token.tag.slice(1)), text: title, id })
    }
  })
  markdown.core.ruler.push('links', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (href !== null) token.attrSet('href', addressOf(String(href), page, pages))
    }
  })
  // A wide table scrolls by itself, not the whole page.
  markdown.renderer.rules.table_open = () => '<div class="table"><table>\n'
  markdown.renderer.rules.table_close = () => '</table></div>\n'
  return { html: markdown.render(text), headings }
}

function addressOf(href: string, page: MarkdownPage, pages: readonly MarkdownPage[]): string {
  if (/^(https?:|\/|#)/.test(href)) return href
  const [path = '', anchor] = href.split('#')
  const file = posix.join(posix.dirname(page.source), path)
  const target = pages.find(({ source }) => source === file)
  if (target === undefined) throw new Error(`${page.source} links to ${href}, which has no page under /docs`)
  return `/docs/${target.name}${anchor === undefined ? '' : `#${anchor}`}`
}

/** The same anchors as on GitHub, so a link works in both places. */
function uniqueSlug(title: string, seen: Map<string, number>): string {
  const slug = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
  const before = seen.get(slug) ?? 0
  seen.set(slug, before + 1)
  return before === 0 ? slug : `${slug}-${before}`
}
