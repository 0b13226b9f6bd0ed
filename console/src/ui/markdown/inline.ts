// Parses the inline part of Markdown: emphasis, code, links. HTML is text. Invariants:
// 1. The time grows linearly with the text, whatever it contains, because models write it.
// 2. Only addresses that pass `safeHref` become links. Images are never loaded; they become links too.

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'break' }
  | { kind: 'strong' | 'em' | 'del'; content: Inline[] }
  | { kind: 'link'; href: string; content: Inline[] }
  | { kind: 'image'; href: string; alt: string }

const SCHEMES = new Set(['http:', 'https:', 'mailto:'])
const MAX_ADDRESS = 2_000

/** The normalised address; null if it must not be a link. */
export function safeHref(text: string): string | null {
  if (text.length > MAX_ADDRESS || !URL.canParse(text)) return null
  const url = new URL(text)
  // `https://bank.example@evil.example` looks like another host.
  if (!SCHEMES.has(url.protocol) || url.username !== '' || url.password !== '') return null
  return url.href
}

/** An open emphasis, or the open bracket of a link. */
type Frame = { mark: string; content: Inline[] }

const KINDS: Record<string, 'strong' | 'em' | 'del'> = {
  '**': 'strong',
  __: 'strong',
  '*': 'em',
  _: 'em',
  '~~': 'del',
}
const MAX_DEPTH = 30
const PLAIN = /[^\\`*_~![\]<\nh]+/y
const MARK = /\*\*|__|~~|\*|_/y
const ESCAPED = /\\([!-/:-@[-`{-~])/y
const TICKS = /`+/y
const TARGET =
  /\(\s{0,20}(?:<([^<>\n]{0,2000})>|([^\s()<>]{0,2000}(?:\([^\s()]{0,500}\)[^\s()]{0,500}){0,5}))(?:\s{1,20}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'))?\s{0,20}\)/y
const ANGLED = /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/y
const BARE = /https?:\/\/[^\s<>"'`\\^{}|]{1,2000}/y
const WORD = /[\p{L}\p{N}]/u

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

export function parseInline(text: string): Inline[] {
  const root: Frame = { mark: '', content: [] }
  const frames: Frame[] = [root]
  /** Lengths of backtick runs that have no partner in the rest. */
  const lonely = new Set<number>()
  let at = 0

  const top = () => frames.at(-1) as Frame
  const add = (piece: string) => addText(top().content, piece)

  /** Frames above this one have no end, so their marks are text. */
  function closeAbove(index: number): void {
    const target = frames[index] as Frame
    for (const { mark, content } of frames.splice(index + 1)) {
      addText(target.content, mark)
      for (const one of content) append(target.content, one)
    }
  }

  function bracket(): void {
    const index = frames.findLastIndex(({ mark }) => mark === '[' || mark === '![')
    const target = index < 0 ? null : matchAt(TARGET, text, at + 1)
    if (index < 0) {
      add(']')
      at += 1
      return
    }
    closeAbove(index)
    const { mark, content } = frames.pop() as Frame
    const href = target === null ? null : safeHref(target[1] ?? target[2] ?? '')
    at += 1 + (target?.[0].length ?? 0)
    if (href !== null) {
      append(
        top().content,
        mark === '[' ? { kind: 'link', href, content } : { kind: 'image', href, alt: plainText(content) },
      )
      return
    }
    // An address that is no link is shown as it was written.
    add(mark)
    for (const one of content) append(top().content, one)
    add(`]${target?.[0] ?? ''}`)
  }

  function emphasis(mark: string): void {
    const before = text.charAt(at - 1)
    const after = text.charAt(at + mark.length)
    at += mark.length
    const isInWord = mark.startsWith('_') && WORD.test(before) && WORD.test(after)
    const index = frames.findLastIndex((frame) => frame.mark === mark)
    if (!isInWord && index > 0 && !/^\s?$/.test(before) && top().content.length > 0) {
      closeAbove(index)
      const { content } = frames.pop() as Frame
      append(top().content, { kind: KINDS[mark] as 'em', content })
    } else if (!isInWord && !/^\s?$/.test(after) && frames.length < MAX_DEPTH)
      frames.push({ mark, content: [] })
    else add(mark)
  }

  function code(ticks: string): void {
    const end = lonely.has(ticks.length) ? -1 : endOfCode(text, at + ticks.length, ticks.length)
    if (end < 0) {
      lonely.add(ticks.length)
      add(ticks)
      at += ticks.length
      return
    }
    const inner = text.slice(at + ticks.length, end).replaceAll('\n', ' ')
    const isPadded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== ''
    append(top().content, { kind: 'code', text: isPadded ? inner.slice(1, -1) : inner })
    at = end + ticks.length
  }

  function link(address: string, length: number): void {
    const href = safeHref(address)
    const shown: Inline = { kind: 'text', text: address }
    append(top().content, href === null ? shown : { kind: 'link', href, content: [shown] })
    at += length
  }

  function special(char: string): void {
    const escaped = char === '\\' ? matchAt(ESCAPED, text, at) : null
    const angled = char === '<' ? matchAt(ANGLED, text, at) : null
    const bare = char === 'h' && !WORD.test(text.charAt(at - 1)) ? matchAt(BARE, text, at) : null
    const mark = matchAt(MARK, text, at)?.[0]
    const open = char === '[' ? '[' : text.startsWith('![', at) ? '![' : null
    if (char === '`') code(matchAt(TICKS, text, at)?.[0] ?? char)
    else if (mark !== undefined) emphasis(mark === '**' && endsBoth(text, at, top()) ? '*' : mark)
    else if (angled) link(angled[1] as string, angled[0].length)
    else if (bare) link(withoutEnd(bare[0]), withoutEnd(bare[0]).length)
    else if (char === ']') bracket()
    else if (char === '\n') {
      append(top().content, { kind: 'break' })
      at += 1
    } else if (open !== null && frames.length < MAX_DEPTH) {
      frames.push({ mark: open, content: [] })
      at += open.length
    } else {
      add(escaped?.[1] ?? char)
      at += escaped?.[0].length ?? 1
    }
  }

  while (at < text.length) {
    const plain = matchAt(PLAIN, text, at)?.[0]
    if (plain === undefined) special(text.charAt(at))
    else {
      add(plain)
      at += plain.length
    }
  }
  closeAbove(0)
  return root.content
}

/** Of `***both***`, the inner emphasis ends first. */
const endsBoth = (text: string, at: number, { mark, content }: Frame): boolean =>
  text.startsWith('***', at) && mark === '*' && content.length > 0

function append(content: Inline[], one: Inline): void {
  if (one.kind === 'text') addText(content, one.text)
  else content.push(one)
}

function addText(content: Inline[], text: string): void {
  const last = content.at(-1)
  if (text === '') return
  if (last?.kind === 'text') content[content.length - 1] = { kind: 'text', text: last.text + text }
  else content.push({ kind: 'text', text })
}

function endOfCode(text: string, from: number, length: number): number {
  for (let at = text.indexOf('`', from); at >= 0; at = text.indexOf('`', at)) {
    const run = matchAt(TICKS, text, at)?.[0].length ?? 1
    if (run === length) return at
    at += run
  }
  return -1
}

/** Without the punctuation of the sentence around it, and without a bracket that was opened before it. */
function withoutEnd(address: string): string {
  let end = address.length
  let open = address.split('(').length - address.split(')').length
  for (; end > 0; end--) {
    const char = address.charAt(end - 1)
    if (char === ')' && open < 0) open++
    else if (!/[.,;:!?*_~\]]/.test(char)) break
  }
  return address.slice(0, end)
}

export const plainText = (content: readonly Inline[]): string =>
  content
    .map((one) => {
      if (one.kind === 'text' || one.kind === 'code') return one.text
      if (one.kind === 'break') return ' '
      return one.kind === 'image' ? one.alt : plainText(one.content)
    })
    .join('')
