// The checks of texts written by models, and the statistics of tables.
import { expect, test } from 'vitest'
import { utf8 } from '../../src/core/crypto.ts'
import {
  cite,
  faultsOfCode,
  keepQuoted,
  namesIn,
  unexplainedNumbers,
} from '../../src/nodes/documents/checks.ts'
import { unifiedDiff } from '../../src/nodes/documents/diff.ts'
import { profileOf } from '../../src/nodes/documents/profile.ts'
import { safeHtml } from '../../src/nodes/documents/safe-html.ts'
import { buildSite, contrastOf } from '../../src/nodes/documents/site.ts'
import { readTable } from '../../src/nodes/documents/table.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

test('a quote that is not in its source is dropped', () => {
  const notes = [
    { source: 1, claim: 'a', quote: 'boils  at\n100' },
    { source: 1, claim: 'b', quote: 'boils at 90' },
    { source: 2, claim: 'c', quote: 'x' },
    { source: 1, claim: 'd', quote: ' ' },
  ]
  const { kept, dropped } = keepQuoted(notes, ['Water boils at 100 degrees'])
  expect(kept.map(({ claim }) => claim)).toEqual(['a'])
  expect(dropped).toHaveLength(3)
})

test('a citation of a missing source is removed', () => {
  const { text, cited, removed } = cite('Water boils [1], ice floats [3]. See [2](https://x.example).', [
    { title: 'Physics', url: 'https://p.example' },
    { title: 'Ice', url: null },
  ])
  expect({ cited, removed }).toEqual({ cited: [1], removed: [3] })
  expect(text).toContain('1. Physics <https://p.example>')
  expect(text).not.toContain('[3]')
})

test.each([
  ['The mean is 2.5, about 33 % more.', []],
  ['The mean is 2.50.', []],
  ['1. First of 4 rows', []],
  ['It is 2.6.', ['2.6']],
  ['It fell by -7.', []],
  ['1,234.5 in all', []],
  ['Nearly 9999', ['9999']],
])('%s has the unsupported numbers %j', (text, strange) => {
  expect(unexplainedNumbers(text, { mean: 2.4999, share: 0.3333, rows: 4, change: -7, sum: 1234.5 })).toEqual(
    strange,
  )
})

test('names that are not in the source are reported', () => {
  expect(
    namesIn('Call `add(1, 2)` or `Math.max`, not `subtract`.', 'function add() { return Math.max(1) }'),
  ).toEqual({
    known: ['add', 'Math.max'],
    unknown: ['subtract'],
  })
})

test.each([
  ['a.js', 'f(1)', 0],
  ['a.js', 'f(1', 1],
  ['a.js', 'f("(") // (\n/* [ */ `{`', 0],
  ['a.json', '{"a":1}', 0],
  ['a.json', '{a:1}', 1],
  ['a.py', 'f(', 0],
])('%s with %j has %i faults', (path, content, n) => {
  expect(faultsOfCode([{ path, content }])).toHaveLength(n)
})

test('a diff can be read by other programs', () => {
  const before = Array.from({ length: 20 }, (_, n) => `line ${n}`).join('\n')
  const after = before.replace('line 3', 'line three').replace('\nline 17', '')
  expect(unifiedDiff(before, after, 'a.txt')).toBe(
    [
      '--- a/a.txt',
      '+++ b/a.txt',
      '@@ -1,7 +1,7 @@',
      ' line 0',
      ' line 1',
      ' line 2',
      '-line 3',
      '+line three',
      ' line 4',
      ' line 5',
      ' line 6',
      '@@ -15,6 +15,5 @@',
      ' line 14',
      ' line 15',
      ' line 16',
      '-line 17',
      ' line 18',
      ' line 19',
      '',
    ].join('\n'),
  )
  expect(unifiedDiff('a', 'a', 'x')).toBe('')
})

test('a page loads nothing external and runs nothing', () => {
  const html = safeHtml(
    '<h1 onclick="x()">Hi</h1><script src=x></script><img src="https://e.example/x.png" alt="x"><a href="javascript:alert(1)">a</a><iframe></iframe>',
  )
  expect(html).not.toMatch(/script|onclick|src=|iframe/)
  const { files, problems } = buildSite(
    'Ada',
    [
      { slug: '', title: 'Home', body: '<a href="bread.html">x</a><a href="gone.html">y</a>' },
      { slug: '', title: 'Bread', body: '<p>x</p>' },
    ],
    'dark',
  )
  expect(files.map(({ path }) => path)).toEqual(['index.html', 'bread.html', 'style.css'])
  expect(problems).toEqual(['index.html: the link gone.html leads nowhere'])
  expect(contrastOf('#000000', '#ffffff')).toBe(21)
})

test.each([
  '<img/src=x/onerror=alert(1)>',
  '<a href=javascript:alert(1)>x</a>',
  '<a href="java&#115;cript:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="javascript&colon;alert(1)">x</a>',
  '<a title="><script>alert(1)</script>" href=#>x</a>',
  '<a title=\'" onclick="alert(1)\'>x</a>',
  '<scr<!-- -->ipt>alert(1)</scr<!-- -->ipt>',
  '<script>if (1 < 2) alert(1)</script >',
  '<SCRIPT/x>alert(1)</SCRIPT\n>',
  '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
  '<p style="background:url(//e.example/x)" background=//e.example/x>x</p>',
  '<x-y onclick=alert(1)>x</x-y>',
  '<body onload=alert(1)><p onclick=alert(1)',
  '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
])('nothing of %s runs', (html) => {
  const safe = safeHtml(html)
  for (const [tag] of safe.matchAll(/<[^<>]*>/g))
    expect(tag).toMatch(/^<\/?[a-z0-9]+(?: (?:href|alt|title|id|class)="[^"<>]*")*>$/)
  expect(safe.replace(/"[^"]*"/g, '')).not.toMatch(/script|onerror|onclick|onload|e\.example/i)
  expect(safe).not.toMatch(/href="[^"#]*(?:javascript|&#|&colon)/i)
})

test('correct code is not changed', () => {
  const sound =
    '<h2 id="a">1 &lt; 2 &amp; 3</h2><p class="x">a <b>b</b> <a href="bread.html?a=1&amp;b=2#c">c</a> <a href="https://e.example/?q=a:b">d</a></p><br>'
  expect(safeHtml(sound)).toBe(sound)
  expect(safeHtml('1 < 2 <3')).toBe('1 &lt; 2 &lt;3')
})

test('hostile texts are checked in linear time', () => {
  const spentMs = startProcessorTime()
  const n = 200_000
  const texts = ['\n', '<a ', '<a href="', '<!--', '<script>', '</', "<p a='", '<p a=', ' / =', '<style']
  for (const text of texts) safeHtml(text.repeat(n / text.length))
  unexplainedNumbers('\n'.repeat(n), {})
  unexplainedNumbers('# '.repeat(n), {})
  const many = Array.from({ length: n }, (_, at) => at + 0.5)
  expect(unexplainedNumbers(many.map((one) => one + 1e6).join(' '), many).length).toBeGreaterThan(0)
  const [source, half] = ['a'.repeat(5 * n), 'a'.repeat(n / 4)]
  keepQuoted([{ source: 1, claim: '', quote: `${half}b${half}` }], [source])
  expect(spentMs()).toBeLessThan(5_000)
})

test('a line with too many cells is refused before it fills the memory', async () => {
  await expect(readTable('a.csv', utf8(','.repeat(2_000_000)))).rejects.toThrow('more than 10000 cells')
})

test('tables are read in all formats', async () => {
  const rows = async (name: string, text: string | Uint8Array) =>
    (await readTable(name, typeof text === 'string' ? utf8(text) : text)).rows.map((row) => row.join('|'))
  expect(await rows('a.csv', '\ufeffa,b\r\n1,"x\ny"\r2,z\n')).toEqual(['1|x\ny', '2|z'])
  expect(await rows('a.tsv', 'a\tb\n1\t2\n')).toEqual(['1|2'])
  expect(await rows('a.csv', 'a;b\n1;2\n')).toEqual(['1|2'])
  expect(await rows('a.json', '{"items":[{"a":1},{"b":2}]}')).toEqual(['1|', '|2'])
  expect(await rows('a.jsonl', '{"a":1}\n\n{"a":2}')).toEqual(['1', '2'])
  expect(await rows('a.csv', new Uint8Array([0x61, 0x0a, 0xfc, 0x0a]))).toEqual(['ü'])
  await expect(
    readTable('a.csv', utf8(Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(','))),
  ).rejects.toThrow('Line 1 has 10000 cells: a table has at most 1000 columns')
  await expect(readTable('a.csv', utf8('a\n'))).rejects.toThrow('no rows')
})

test('a small file that would be a huge table is refused', async () => {
  const names = Array.from({ length: 1_000 }, (_, n) => `c${n}`)
  const short = `${names.join(',')}\n${'1\n'.repeat(6_000)}`
  await expect(readTable('a.csv', utf8(short))).rejects.toThrow('5000000 cells; this one has 6000000')
  const sparse = Array.from({ length: 6_000 }, (_, n) => `{"c${n % 1_000}":1}`).join('\n')
  await expect(readTable('a.jsonl', utf8(sparse))).rejects.toThrow('5000000 cells; this one has 6000000')
  await expect(readTable('a.csv', utf8(`${','.repeat(999)}\n`.repeat(6_000)))).rejects.toThrow('cells')
})

test('hostile tables are profiled in linear time, and the result says what was left out', () => {
  const spentMs = startProcessorTime()
  const digits = '1'.repeat(200_000)
  profileOf({ names: ['a'], rows: [[`${digits}x`], [`${digits}.${digits}x`], [`1e${digits}x`]] })
  const rows = Array.from({ length: 50_000 }, (_, n) =>
    Array.from({ length: 30 }, (_, at) => (n * 31 + at) % 1_000),
  )
  const { findings } = profileOf({ names: Array.from({ length: 30 }, (_, at) => `c${at}`), rows })
  expect(String(findings)).toContain('correlations only compare the first 28 of 30 number columns')
  expect(spentMs()).toBeLessThan(6_000)
})

test('a correlation counts rows that have both values', () => {
  const { correlations } = profileOf({
    names: ['a', 'b', 'c'],
    rows: [
      [1, 3, 5],
      [2, 2, null],
      [3, null, 5],
      [4, 0, 5],
    ],
  })
  expect(correlations).toEqual([{ a: 'a', b: 'b', r: -1 }])
})

test('figures of a table', () => {
  const profile = profileOf({
    names: ['k', 'x', 'y'],
    rows: Array.from({ length: 10 }, (_, n) => [n % 2 ? 'a' : 'b', String(n), String(2 * n + 1)]),
  }) as unknown as {
    statistics: Record<string, object>
    correlations: object[]
    groups: { groups: object[] }[]
    findings: string[]
  }
  expect(String(profile.findings)).not.toContain('only compare')
  expect(profile.statistics.x).toMatchObject({
    mean: 4.5,
    median: 4.5,
    q1: 2.25,
    q3: 6.75,
    variance: 9.166666666666666,
  })
  expect(profile.correlations).toEqual([{ a: 'x', b: 'y', r: 1 }])
  expect(profile.groups[0]?.groups).toEqual([
    { value: 'a', count: 5, sum: 25, mean: 5 },
    { value: 'b', count: 5, sum: 20, mean: 4 },
  ])
})
