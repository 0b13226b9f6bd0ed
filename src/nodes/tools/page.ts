// Converts a page to its readable text and links. A small parser of our own is enough, because a model needs only the words.
import type { OutboundResponse } from '../ports.ts'

const BLOCK = /^(p|div|br|li|tr|h[1-6]|section|article|header|footer|table|ul|ol|blockquote|pre|dd|dt)$/
const HIDDEN = /^(script|style|noscript|template|svg|head|iframe|object)$/

export function readText({ bytes, headers }: Pick<OutboundResponse, 'bytes' | 'headers'>): string {
  const label = /charset="?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

export type Page = { title: string | null; text: string; links: { text: string; url: string }[] }

const MAX_LINKS = 100
const MAX_SAID = 200

/** Linear in the page: each tag is read once. */
export function pageOf(html: string, base: string): Page {
  const links: Page['links'] = []
  let title: string | null = null
  let text = ''
  let skip: string | null = null
  let link: { url: string; said: string } | null = null
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    const piece = html.slice(at, open < 0 ? html.length : open)
    if (skip === null && piece !== '') {
      const words = unescapeText(piece).replace(/\s+/g, ' ')
      text += words
      if (link !== null && link.said.length < MAX_SAID) link.said += words
    }
    if (skip === 'title') title = (title ?? '') + unescapeText(piece)
    if (open < 0) break
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4)
      at = end < 0 ? html.length : end + 3
      continue
    }
    const close = html.indexOf('>', open)
    if (close < 0) break
    const tag = /^\/?([a-z][a-z0-9]*)/i.exec(html.slice(open + 1, open + 40))
    const name = tag?.[1]?.toLowerCase() ?? ''
    const isEnd = html[open + 1] === '/'
    at = close + 1
    if (skip !== null) {
      if (isEnd && name === skip) skip = skip === 'title' ? 'head' : null
      else if (skip === 'head' && !isEnd && name === 'title') skip = 'title'
      continue
    }
    if (!isEnd && HIDDEN.test(name)) skip = name
    else if (!isEnd && name === 'title') skip = 'title'
    else if (name === 'a') {
      if (link !== null && links.length < MAX_LINKS) {
        const said = link.said.trim().slice(0, MAX_SAID)
        if (said !== '') links.push({ text: said, url: link.url })
      }
      const url = isEnd ? null : linkOf(html.slice(open, close), base)
      link = url === null ? null : { url, said: '' }
    } else if (BLOCK.test(name)) text += '\n'
  }
  return { title: title?.replace(/\s+/g, ' ').trim() || null, text: tidy(text), links }
}

function linkOf(tag: string, base: string): string | null {
  const href = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(tag.slice(0, 4_000))
  const target = unescapeText(href?.[1] ?? href?.[2] ?? href?.[3] ?? '')
  if (target === '' || !URL.canParse(target, base)) return null
  const url = new URL(target, base)
  return /^https?:$/.test(url.protocol) ? url.href : null
}

const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line, index, all) => line !== '' || all[index - 1] !== '')
    .join('\n')
    .trim()

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

const unescapeText = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? all
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all
  })
