// Markdown in the console: what a model writes is shown, and nothing in it acts.
import { expect, test } from 'vitest'
import { type Block, parseBlocks } from '../../../console/src/ui/markdown/blocks.ts'
import { type Inline, parseInline, plainText, safeHref } from '../../../console/src/ui/markdown/inline.ts'

/** A short notation for the expectations. */
const shown = (content: readonly Inline[]): string =>
  content
    .map((one) => {
      if (one.kind === 'text') return one.text
      if (one.kind === 'code') return `code(${one.text})`
      if (one.kind === 'break') return '/'
      if (one.kind === 'image') return `image(${one.alt} ${one.href})`
      const inner = shown(one.content)
      return one.kind === 'link' ? `link(${inner} ${one.href})` : `${one.kind}(${inner})`
    })
    .join('')

test.each([
  ['plain', 'plain'],
  ['**bold** and *soft* and _soft_ and ~~gone~~', 'strong(bold) and em(soft) and em(soft) and del(gone)'],
  ['***both***', 'strong(em(both))'],
  ['**a *b* c**', 'strong(a em(b) c)'],
  ['2 * 3 * 4 and snake_case_name', '2 * 3 * 4 and snake_case_name'],
  ['**not closed *at all', '**not closed *at all'],
  ['*crossed **over* here**', 'em(crossed **over) here**'],
  ['`a * b` and ``a ` b``', 'code(a * b) and code(a ` b)'],
  ['`not closed', '`not closed'],
  ['\\*text\\* \\a', '*text* \\a'],
  ['two\nlines', 'two/lines'],
  ['[docs](https://a.example/x "Title")', 'link(docs https://a.example/x)'],
  ['[a (b)](https://a.example/x_(y))', 'link(a (b) https://a.example/x_(y))'],
  ['[not a link] (x)', '[not a link] (x)'],
  ['[open **bold** text', '[open strong(bold) text'],
  [
    'See https://a.example/b?c=1. (https://a.example/d)',
    'See link(https://a.example/b?c=1 https://a.example/b?c=1). (link(https://a.example/d https://a.example/d))',
  ],
  ['<mailto:ann@a.example>', 'link(mailto:ann@a.example mailto:ann@a.example)'],
  ['<b onclick="x()">hi</b> &lt;', '<b onclick="x()">hi</b> &lt;'],
  ['![logo](https://a.example/l.png)', 'image(logo https://a.example/l.png)'],
])('%j is shown as %s', (text, expected) => {
  expect(shown(parseInline(text))).toBe(expected)
})

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  ' javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://a.example/1',
  '//evil.example',
  '/api/v1/auth/logout',
  '#top',
  'https://bank.example@evil.example/',
  `https://a.example/${'x'.repeat(3_000)}`,
])('%j never becomes a link or an image', (address) => {
  expect(safeHref(address)).toBe(null)
  for (const text of [`[text](${address})`, `![text](${address})`, `[text](<${address}>)`, `<${address}>`]) {
    const found = JSON.stringify(parseInline(text))
    expect(found, text).not.toMatch(/"kind":"(link|image)","href":"(?!https:\/\/(evil|a)\.example)/)
    expect(found, text).not.toContain('"href":"javascript')
  }
})

test('a link in a link keeps its text', () => {
  expect(plainText(parseInline('[see https://a.example now](https://b.example)'))).toBe(
    'see https://a.example now',
  )
})

const kinds = (blocks: readonly Block[]): unknown =>
  blocks.map((block) => {
    if (block.kind === 'quote') return { quote: kinds(block.blocks) }
    if (block.kind === 'list')
      return {
        [block.isOrdered ? `from ${block.start}` : 'list']: block.items.map((item) =>
          item.checked === null ? kinds(item.blocks) : { [String(item.checked)]: kinds(item.blocks) },
        ),
      }
    if (block.kind === 'table') return { head: block.head, rows: block.rows, aligns: block.aligns }
    if (block.kind === 'code') return { code: block.text, language: block.language }
    if (block.kind === 'heading') return { [`h${block.level}`]: block.text }
    return block.kind === 'rule' ? 'rule' : block.text
  })

test('the blocks of a text are found', () => {
  const text = [
    '# Title ##',
    'First line',
    'second line',
    '- one',
    '  - inner',
    '- two',
    '',
    '  more of two',
    '',
    '3. three',
    '4. four',
    '   ```ts',
    '   const a = 1',
    '     // indented',
    '   ```',
    '',
    '> quoted',
    '> - list',
    '',
    '---',
    '- [x] done',
    '- [ ] open',
    '',
    '| Name | Sum |',
    '| :--- | ---: |',
    '| a \\| b | 1 |',
    '| only one |',
    '',
    '<script>alert(1)</script>',
  ].join('\n')
  expect(kinds(parseBlocks(text))).toEqual([
    { h1: 'Title' },
    'First line\nsecond line',
    {
      list: [
        ['one', { list: [['inner']] }],
        ['two', 'more of two'],
      ],
    },
    { 'from 3': [['three'], ['four', { code: 'const a = 1\n  // indented', language: 'ts' }]] },
    { quote: ['quoted', { list: [['list']] }] },
    'rule',
    { list: [{ true: ['done'] }, { false: ['open'] }] },
    {
      head: ['Name', 'Sum'],
      rows: [
        ['a | b', '1'],
        ['only one', ''],
      ],
      aligns: ['start', 'end'],
    },
    '<script>alert(1)</script>',
  ])
})

test('an answer that is still being written is shown as far as it goes', () => {
  expect(kinds(parseBlocks('Text\n```js\nlet a'))).toEqual(['Text', { code: 'let a', language: 'js' }])
  expect(kinds(parseBlocks('| a | b |'))).toEqual(['| a | b |'])
  expect(kinds(parseBlocks('-'))).toEqual([{ list: [[]] }])
})

test('no text is lost, whatever its order', () => {
  const pieces = ['**', '_', '`', '[', '](', ')', '![', '~~', 'word ', '\\', '<', '\n', '*', 'https://a.b ']
  let state = 7
  for (let round = 0; round < 500; round++) {
    const text = Array.from({ length: 12 }, () => {
      state = (state * 48_271) % 2_147_483_647
      return pieces[state % pieces.length]
    }).join('')
    const words = (found: string) => found.match(/word|https:\/\/a\.b/g)?.length ?? 0
    const content = parseInline(text)
    const addresses = JSON.stringify(content).match(/"href"/g)?.length ?? 0
    expect(words(plainText(content)) + addresses, text).toBeGreaterThanOrEqual(words(text))
  }
})

test.each([
  ['**', '`', '[', '![', '](', '_a', '*a ', '~~', '<', 'h', 'https://', '\\', '[a](', '[a](b "', '``` '],
  ['> ', '- ', '1. ', '# ', '|', '---', '```', '\n', '-\n', '>\n', ' ', '| - ', '#  x', '- [ ] ', '* * '],
])('hostile texts are parsed in little time', (...pieces) => {
  const begun = performance.now()
  for (const piece of pieces)
    for (const text of [
      piece.repeat(30_000),
      `${piece}${' '.repeat(100_000)}x`,
      `${piece.repeat(500)}\n`.repeat(60),
    ]) {
      for (const block of parseBlocks(text)) if (block.kind === 'paragraph') parseInline(block.text)
      parseInline(text)
    }
  // Quadratic work would take minutes.
  expect(performance.now() - begun).toBeLessThan(20_000)
})
