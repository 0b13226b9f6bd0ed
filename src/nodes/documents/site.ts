// Builds a website of plain pages: one style sheet, no scripts and no external resources. Pure.
import { toBase64, utf8 } from '../../core/crypto.ts'
import { safeHtml } from './safe-html.ts'

export type Page = { slug: string; title: string; body: string }
export type SiteFile = { path: string; content: string }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

const STYLES: Record<string, [text: string, paper: string, accent: string]> = {
  light: ['#1c1c1c', '#ffffff', '#0b5cad'],
  dark: ['#f2f2f2', '#161616', '#8ab8ff'],
  warm: ['#2b2118', '#fff8ef', '#8a3b12'],
}

const slugOf = (text: string, at: number): string => {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
  return at === 0 ? 'index' : slug === '' || slug === 'index' ? `page-${at + 1}` : slug
}

export function buildSite(
  name: string,
  given: readonly Page[],
  style: string,
): { files: SiteFile[]; problems: string[]; contrast: number } {
  const taken = new Set<string>()
  const pages = given.map((page, at) => {
    let slug = slugOf(page.slug || page.title, at)
    while (taken.has(slug)) slug = `${slug}-${at + 1}`
    taken.add(slug)
    return { ...page, slug, title: page.title.trim() || `Page ${at + 1}` }
  })
  const [text, paper, accent] = STYLES[style] ?? (STYLES.light as [string, string, string])
  const nav = pages.map(({ slug, title }) => `<a href="${slug}.html">${escaped(title)}</a>`).join(' ')
  const files = pages.map(({ slug, title, body }) => ({
    path: `${slug}.html`,
    content: `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>${escaped(title)} – ${escaped(name)}</title>\n<link rel="stylesheet" href="style.css">\n</head>\n<body>\n<header><strong>${escaped(name)}</strong> <nav>${nav}</nav></header>\n<main>\n${/<h1\b/i.test(body) ? '' : `<h1>${escaped(title)}</h1>\n`}${safeHtml(body)}\n</main>\n</body>\n</html>\n`,
  }))
  const css = `body{margin:0;font:1.1rem/1.6 system-ui,sans-serif;color:${text};background:${paper}}header,main{max-width:46rem;margin:0 auto;padding:1rem}a{color:${accent}}nav a{margin-left:1rem}img{max-width:100%}\n`
  const all = [...files, { path: 'style.css', content: css }]
  return { files: all, problems: problemsOf(files, taken), contrast: contrastOf(text, paper) }
}

const MAX_PAGE_BYTES = 500_000

function problemsOf(files: readonly SiteFile[], slugs: ReadonlySet<string>): string[] {
  return files.flatMap(({ path, content }) => {
    const links = [...content.matchAll(/<a\b[^<>]*?\bhref\s*=\s*["']([^"']*)["']/gi)].map(
      ([, href = '']) => href,
    )
    const broken = links.filter(
      (href) =>
        !/^(?:https?:|mailto:|tel:|#)/i.test(href) && !slugs.has(href.replace(/(?:\.html)?(?:#.*)?$/, '')),
    )
    const noAlt = [...content.matchAll(/<img\b(?![^<>]*\balt\s*=)[^<>]*>/gi)].length
    return [
      ...broken.map((href) => `${path}: the link ${href} leads nowhere`),
      ...(noAlt > 0 ? [`${path}: ${noAlt} images have no alternative text`] : []),
      ...(content.length > MAX_PAGE_BYTES
        ? [`${path}: the page is larger than ${MAX_PAGE_BYTES} bytes`]
        : []),
    ]
  })
}

/** As defined by WCAG 2. */
export function contrastOf(a: string, b: string): number {
  const light = (hex: string): number => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue
  }
  const [x, y] = [light(a), light(b)]
  return Number(((Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)).toFixed(2))
}

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

const crcOf = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

/** An uncompressed zip archive as base64. The same files give the same bytes. */
export function zipOf(files: readonly SiteFile[]): string {
  const parts: Uint8Array[] = []
  const entries: Uint8Array[] = []
  let at = 0
  for (const { path, content } of files) {
    const [name, data] = [utf8(path), utf8(content)]
    const head = (signature: number, isEntry: boolean): Uint8Array => {
      const view = new DataView(new ArrayBuffer(isEntry ? 46 : 30))
      let p = 0
      const u16 = (n: number) => {
        view.setUint16(p, n, true)
        p += 2
      }
      const u32 = (n: number) => {
        view.setUint32(p, n >>> 0, true)
        p += 4
      }
      u32(signature)
      if (isEntry) u16(20)
      u16(20)
      u16(0x0800)
      u16(0)
      u16(0)
      u16(0x21)
      u32(crcOf(data))
      u32(data.length)
      u32(data.length)
      u16(name.length)
      u16(0)
      if (isEntry) {
        u16(0)
        u16(0)
        u16(0)
        u32(0)
        u32(at)
      }
      return new Uint8Array(view.buffer)
    }
    entries.push(head(0x02014b50, true), name)
    const local = head(0x04034b50, false)
    parts.push(local, name, data)
    at += local.length + name.length + data.length
  }
  const size = entries.reduce((sum, part) => sum + part.length, 0)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, files.length, true)
  end.setUint16(10, files.length, true)
  end.setUint32(12, size, true)
  end.setUint32(16, at, true)
  const all = [...parts, ...entries, new Uint8Array(end.buffer)]
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0))
  let to = 0
  for (const part of all) {
    bytes.set(part, to)
    to += part.length
  }
  return toBase64(bytes)
}
