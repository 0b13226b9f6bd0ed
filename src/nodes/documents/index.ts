// Nodes that check and assemble what models have written. They call no model, so their results are deterministic.
import * as z from 'zod'
import { type NodeType, pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { cite, faultsOfCode, keepQuoted, namesIn, unexplainedNumbers } from './checks.ts'
import { unifiedDiff } from './diff.ts'
import { buildSite, zipOf } from './site.ts'

const base = { category: 'data', ports: mainPort, needsCredential: false, effectful: false } as const

/** The total length of the sources of all notes. */
const MAX_COMPARED = 200_000_000

const Source = z.object({
  title: z.string().describe('The title of the source.'),
  url: z.string().nullable().optional().describe('The URL of the source, if it has one.'),
  text: z.string().describe('The text of the source.'),
})

export const textQuotes = pureNode({
  ...base,
  type: 'data.quotes',
  summary: 'Keeps the notes whose quotes appear word for word in their source.',
  params: z.strictObject({
    notes: z
      .array(
        z.object({
          source: z.number().describe('The number of the source; the first is 1.'),
          claim: z.string().describe('The statement of the note.'),
          quote: z
            .string()
            .describe('The quote that must appear in the source. Case and white space are ignored.'),
        }),
      )
      .max(10_000)
      .describe('Notes; `source` counts from 1.'),
    sources: z.array(Source).max(1_000).describe('The sources, `{ title, url, text }`.'),
  }),
  output: '`{ kept, dropped }`.',
  example: {
    notes: [{ source: 1, claim: 'Water boils', quote: 'boils at 100' }],
    sources: [{ title: 'Physics', text: 'It boils at 100 degrees.' }],
  },
  compute: ({ params: { notes, sources } }) => {
    const texts = sources.map(({ text }) => text)
    const compared = notes.reduce((sum, { source }) => sum + (texts[source - 1]?.length ?? 0), 0)
    if (compared > MAX_COMPARED) {
      const message = `The notes and their sources together have more than ${MAX_COMPARED} characters to compare`
      return { error: { code: 'data.too_large', message, retryable: false } }
    }
    return { output: keepQuoted(notes, texts) }
  },
})

export const textCite = pureNode({
  ...base,
  type: 'data.cite',
  summary: 'Removes citations of missing sources, and lists the cited ones.',
  params: z.strictObject({
    text: z.string().max(2_000_000).describe('Markdown with citations such as [1].'),
    sources: z.array(Source).max(1_000).describe('The sources, in the order of their numbers.'),
  }),
  output: '`{ text, cited, removed }`.',
  example: { text: 'Water boils [1], and ice floats [7].', sources: [{ title: 'Physics', text: '…' }] },
  compute: ({ params: { text, sources } }) => ({
    output: cite(
      text,
      sources.map(({ title, url }) => ({ title, url: url ?? null })),
    ),
  }),
})

export const textNumbers = pureNode({
  ...base,
  type: 'data.numbers',
  summary: 'Fails if a text contains numbers that were not computed.',
  params: z.strictObject({
    text: z.string().max(1_000_000).describe('The text.'),
    data: z.unknown().describe('The computed data. The text may contain each of its numbers, also rounded.'),
  }),
  output: '`{ text }`.',
  example: { text: 'The mean is 2.5.', data: { mean: 2.4999 } },
  compute: ({ params: { text, data } }) => {
    const unexplained = unexplainedNumbers(text, data)
    if (unexplained.length === 0) return { output: { text } }
    const message = `The text contains numbers that were not computed: ${unexplained.slice(0, 10).join(', ')}`
    return { error: { code: 'text.strange_number', message, retryable: false } }
  },
})

export const textNames = pureNode({
  ...base,
  type: 'data.names',
  summary: 'Finds names in back quotes that a source does not contain.',
  params: z.strictObject({
    text: z.string().max(2_000_000).describe('Markdown with names in back quotes.'),
    source: z.unknown().describe('The source of the names. Values other than text are compared as JSON.'),
  }),
  output: '`{ known, unknown }`.',
  example: { text: 'Call `add` or `subtract`.', source: 'function add(a, b) {}' },
  compute: ({ params: { text, source } }) => ({
    output: namesIn(text, typeof source === 'string' ? source : JSON.stringify(source)),
  }),
})

export const textDiff = pureNode({
  ...base,
  type: 'data.diff',
  summary: 'Computes a unified diff of two texts.',
  params: z.strictObject({
    before: z.string().max(500_000).describe('The text before the change.'),
    after: z.string().max(500_000).describe('The text after the change.'),
    name: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'The name of the file in the diff.', default: 'file' }),
  }),
  output: 'The diff; empty if the texts are equal.',
  example: { before: 'one\ntwo', after: 'one\nthree', name: 'list.txt' },
  compute: ({ params: { before, after, name } }) => ({ output: unifiedDiff(before, after, name ?? 'file') }),
})

export const codeCheck = pureNode({
  ...base,
  type: 'data.codeCheck',
  summary: 'Finds errors in source files without a compiler.',
  params: z.strictObject({
    files: z
      .array(
        z.object({
          path: z.string().describe('The path of the file. The extension decides how it is checked.'),
          content: z.string().describe('The text of the file.'),
        }),
      )
      .max(200)
      .describe('Files, `{ path, content }`.'),
  }),
  output: '`{ faults: [{ path, line, message }] }`: unbalanced brackets, empty files and invalid JSON.',
  example: { files: [{ path: 'a.js', content: 'f(1' }] },
  compute: ({ params: { files } }) => ({ output: { faults: faultsOfCode(files) } }),
})

export const siteBuild = pureNode({
  ...base,
  type: 'data.site',
  summary: 'Builds a website of plain pages without scripts or external resources.',
  params: z.strictObject({
    name: z.string().min(1).max(200).describe('The name of the site.'),
    pages: z
      .array(
        z.object({
          slug: z
            .string()
            .optional()
            .describe(
              'The file name without `.html`. Default: derived from the title. The first page is always `index`.',
            ),
          title: z.string().describe('The title of the page. The navigation shows it too.'),
          body: z.string().describe('The content of the page as HTML. Scripts are removed.'),
        }),
      )
      .min(1)
      .max(50)
      .describe('Pages, `{ slug, title, body }`; the first is the start page.'),
    style: z
      .string()
      .max(50)
      .optional()
      .meta({ description: '`light`, `dark` or `warm`.', default: 'light' }),
  }),
  output: '`{ files: [{ path, content }], zip, problems, contrast }`; `zip` is base64.',
  example: { name: 'Ada', pages: [{ title: 'Home', body: '<p>Hello</p>' }] },
  compute: ({ params: { name, pages, style } }) => {
    const site = buildSite(
      name,
      pages.map(({ slug, title, body }) => ({ slug: slug ?? '', title, body })),
      style ?? 'light',
    )
    return { output: { ...site, zip: zipOf(site.files) } }
  },
})

export const DOCUMENT_NODES: readonly NodeType[] = [
  textQuotes,
  textCite,
  textNumbers,
  textNames,
  textDiff,
  codeCheck,
  siteBuild,
]
