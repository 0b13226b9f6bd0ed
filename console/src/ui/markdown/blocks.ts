// Parses Markdown into blocks: the part that texts of models use. Everything else, such as HTML, is text.

export type Align = 'start' | 'center' | 'end'
export type Item = { blocks: Block[]; checked: boolean | null }
export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'rule' }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'list'; isOrdered: boolean; start: number; items: Item[] }
  | { kind: 'table'; aligns: Align[]; head: string[]; rows: string[][] }

/** Deeper quotes and lists are text. */
const MAX_DEPTH = 8

const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/
const HEADING = /^ {0,3}(#{1,6})(?: (.*))?$/
const RULE = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/
const QUOTE = /^ {0,3}> ?/
const BULLET = /^( {0,3})([-*+]|(\d{1,9})[.)])( {1,4}|$)(?=(.*))/
/** Of a line without spaces around it. */
const DELIMITERS = /^\|? *:?-+:? *(?:\| *:?-+:? *)*\|?$/
const TASK = /^\[([ xX])\] /

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === ''
const indentOf = (line: string): number => line.length - line.trimStart().length

export const parseBlocks = (text: string): Block[] =>
  blocksOf(text.replaceAll('\t', '    ').split(/\r?\n/), 0)

type Read = { block: Block; next: number }

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    if (isBlank(lines[at])) {
      at++
      continue
    }
    const { block, next } = readBlock(lines, at, depth)
    blocks.push(block)
    at = next
  }
  return blocks
}

function readBlock(lines: readonly string[], at: number, depth: number): Read {
  const line = lines[at] as string
  const fence = FENCE.exec(line)
  if (fence) return readCode(lines, at, fence)
  const heading = HEADING.exec(line)
  if (heading)
    return {
      block: {
        kind: 'heading',
        level: heading[1]?.length ?? 1,
        text: (heading[2] ?? '').trim().replace(/(?:^| )#+$/, ''),
      },
      next: at + 1,
    }
  if (RULE.test(line)) return { block: { kind: 'rule' }, next: at + 1 }
  if (depth < MAX_DEPTH && QUOTE.test(line)) return readQuote(lines, at, depth)
  if (depth < MAX_DEPTH && BULLET.test(line)) return readList(lines, at, depth)
  if (isTable(lines, at)) return readTable(lines, at)
  return readParagraph(lines, at, depth)
}

/** A fence without its end, as while a model writes, reaches to the end. */
function readCode(lines: readonly string[], at: number, [, mark = '', info = '']: RegExpExecArray): Read {
  const indent = indentOf(lines[at] as string)
  const isEnd = (line: string) => {
    const text = line.trim()
    return text.length >= mark.length && text === mark.charAt(0).repeat(text.length)
  }
  let end = at + 1
  while (end < lines.length && !isEnd(lines[end] as string)) end++
  const text = lines
    .slice(at + 1, end)
    .map((line) => line.slice(Math.min(indent, indentOf(line))))
    .join('\n')
  return { block: { kind: 'code', language: info.trim().split(' ')[0] ?? '', text }, next: end + 1 }
}

function readQuote(lines: readonly string[], at: number, depth: number): Read {
  let end = at
  while (end < lines.length && QUOTE.test(lines[end] as string)) end++
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ''))
  return { block: { kind: 'quote', blocks: blocksOf(inner, depth + 1) }, next: end }
}

function readList(lines: readonly string[], at: number, depth: number): Read {
  const [, , firstMark = '', number] = BULLET.exec(lines[at] as string) as RegExpExecArray
  const isSame = (mark: string) => mark.at(-1) === firstMark.at(-1)
  const items: Item[] = []
  let next = at
  while (next < lines.length) {
    const bullet = BULLET.exec(lines[next] as string)
    if (!bullet || !isSame(bullet[2] as string) || RULE.test(lines[next] as string)) break
    const { inner, end } = readItem(lines, next, bullet)
    const task = TASK.exec(inner[0] ?? '')
    if (task) inner[0] = (inner[0] as string).slice(task[0].length)
    items.push({ blocks: blocksOf(inner, depth + 1), checked: task ? task[1] !== ' ' : null })
    next = end
  }
  const start = number === undefined ? 1 : Number(number)
  return { block: { kind: 'list', isOrdered: number !== undefined, start, items }, next }
}

/** Lines with less indent belong to it if they continue its paragraph. Two spaces are enough for a list in it. */
function readItem(lines: readonly string[], at: number, bullet: RegExpExecArray) {
  const [, lead = '', mark = '', , gap = '', rest = ''] = bullet
  const width = lead.length + mark.length + Math.max(1, gap.length)
  const inner = [rest]
  let end = at + 1
  for (; end < lines.length; end++) {
    const line = lines[end] as string
    if (isBlank(line)) {
      const after = lines.slice(end + 1, end + 3).find((one) => !isBlank(one))
      if (after === undefined || indentOf(after) < Math.min(2, width)) break
      inner.push('')
      continue
    }
    const indent = indentOf(line)
    if (indent < Math.min(2 + lead.length, width) && (isBlank(lines[end - 1]) || beginsBlock(lines, end)))
      break
    inner.push(line.slice(Math.min(indent, width)))
  }
  while (end < lines.length && isBlank(lines[end])) end++
  return { inner, end }
}

const beginsBlock = (lines: readonly string[], at: number): boolean => {
  const line = lines[at] as string
  return [FENCE, HEADING, RULE, QUOTE, BULLET].some((pattern) => pattern.test(line)) || isTable(lines, at)
}

function readParagraph(lines: readonly string[], at: number, depth: number): Read {
  let end = at + 1
  while (end < lines.length && !isBlank(lines[end]) && (depth >= MAX_DEPTH || !beginsBlock(lines, end))) end++
  const text = lines
    .slice(at, end)
    .map((line) => line.trim())
    .join('\n')
  return { block: { kind: 'paragraph', text }, next: end }
}

const isTable = (lines: readonly string[], at: number): boolean =>
  (lines[at] as string).includes('|') &&
  DELIMITERS.test((lines[at + 1] ?? '').trim()) &&
  cellsOf(lines[at] as string).length === cellsOf(lines[at + 1] as string).length

function readTable(lines: readonly string[], at: number): Read {
  const head = cellsOf(lines[at] as string)
  const aligns = cellsOf(lines[at + 1] as string).map(alignOf)
  let end = at + 2
  while (end < lines.length && !isBlank(lines[end]) && (lines[end] as string).includes('|')) end++
  const rows = lines.slice(at + 2, end).map((line) => {
    const cells = cellsOf(line)
    return head.map((_, index) => cells[index] ?? '')
  })
  return { block: { kind: 'table', aligns, head, rows }, next: end }
}

const alignOf = (cell: string): Align =>
  cell.endsWith(':') ? (cell.startsWith(':') ? 'center' : 'end') : 'start'

function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}
