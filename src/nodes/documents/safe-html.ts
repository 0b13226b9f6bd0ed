// Sanitises HTML so that it runs nothing and loads nothing external. Invariants:
// 1. The output contains only listed tags and attributes, written anew. Anything else is dropped or becomes text.
// 2. Each character is read a limited number of times, whatever the text.

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const TAGS = words(
  'a abbr address article aside b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr',
)
/** These are removed together with their content. */
const WITH_CONTENT = words(
  'script style iframe object embed form svg math template noscript noembed noframes textarea title xmp plaintext select video audio canvas',
)
const ATTRIBUTES = words(
  'href alt title lang dir id class colspan rowspan headers scope start reversed datetime open',
)

type Tag = { name: string; isEnd: boolean; attributes: [name: string, value: string][]; end: number }

export function safeHtml(html: string): string {
  let out = ''
  let at = 0
  while (at < html.length) {
    const next = html.indexOf('<', at)
    if (next < 0) return out + html.slice(at)
    out += html.slice(at, next)
    if (html.startsWith('<!--', next)) at = after(html, '-->', next + 4)
    else if (html[next + 1] === '!' || html[next + 1] === '?') at = after(html, '>', next)
    else {
      const tag = readTag(html, next)
      if (tag === null) out += '&lt;'
      else if (TAGS.has(tag.name)) out += tag.isEnd ? `</${tag.name}>` : `<${tag.name}${shown(tag)}>`
      at = tag === null ? next + 1 : skipContent(html, tag)
    }
  }
  return out
}

function after(html: string, what: string, from: number): number {
  const found = html.indexOf(what, from)
  return found < 0 ? html.length : found + what.length
}

const NAME = /<(\/?)([a-z][^\s/>]*)/iy
const ATTRIBUTE = /[\s/]*([^\s/>=]*)/y
const BEFORE_VALUE = /\s*=\s*/y
const UNQUOTED = /[^\s>]*/y

function match(pattern: RegExp, html: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(html)
}

/** Null if no tag begins here. An unclosed tag consumes the rest of the text, as in browsers. */
function readTag(html: string, from: number): Tag | null {
  const head = match(NAME, html, from)
  if (head === null) return null
  const tag: Tag = {
    name: head[2]?.toLowerCase() ?? '',
    isEnd: head[1] === '/',
    attributes: [],
    end: html.length,
  }
  let at = from + head[0].length
  while (at < html.length) {
    const found = match(ATTRIBUTE, html, at)
    at += found?.[0].length ?? 0
    if (html[at] === '>') return { ...tag, end: at + 1 }
    const equals = match(BEFORE_VALUE, html, at)
    if (equals === null) {
      // An attribute without a value. An empty name means a character that belongs to no attribute.
      if (found?.[1] === '') at++
      continue
    }
    at += equals[0].length
    const quote = html[at]
    const isQuoted = quote === '"' || quote === "'"
    const end = isQuoted ? html.indexOf(quote, at + 1) : at + (match(UNQUOTED, html, at)?.[0].length ?? 0)
    if (end < 0) break
    tag.attributes.push([found?.[1]?.toLowerCase() ?? '', html.slice(isQuoted ? at + 1 : at, end)])
    at = isQuoted ? end + 1 : end
  }
  return { ...tag, name: '' }
}

function skipContent(html: string, { name, isEnd, end }: Tag): number {
  if (isEnd || !WITH_CONTENT.has(name)) return end
  const close = match(new RegExp(`</${name}(?=[\\s/>])`, 'gi'), html, end)
  return close === null ? html.length : close.index
}

const shown = ({ attributes }: Tag): string =>
  attributes
    .filter(([name]) => ATTRIBUTES.has(name))
    .map(([name, value]) => ` ${name}="${quoted(name === 'href' ? safeHref(value) : value)}"`)
    .join('')

const quoted = (value: string): string =>
  value.replace(/["<>]/g, (c) => (c === '"' ? '&quot;' : c === '<' ? '&lt;' : '&gt;'))

/** A page of the site, a place on the page, or a URL with a harmless scheme. Entities could hide another scheme. */
const safeHref = (value: string): string =>
  /^(?:https?:\/\/|mailto:|tel:|#)/i.test(value) || /^(?:[^:&\\]|&amp;)*$/.test(value) ? value : '#'
