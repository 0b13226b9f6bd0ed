// Answers a question from given sources. Invariant: a note contains only text that appears word for word in a source,
// and only collected sources are cited.
import * as z from 'zod'
import { ask, infoOf, listOf, models, objectOf, type PlanStep, planOfSteps, TEXT } from './plan.ts'
import type { TaskType } from './task-type.ts'

const Source = z
  .union([
    z.url().max(2_000),
    z.strictObject({
      title: z.string().min(1).max(300),
      text: z.string().min(1).max(500_000),
      url: z.url().max(2_000).optional(),
    }),
  ])
  .describe('An address that is fetched, or a text with its title.')

const Input = z.strictObject({
  question: z.string().min(3).max(10_000).describe('The question.'),
  sources: z.array(Source).max(50).optional().describe('The sources. The result claims only what they say.'),
  depth: z
    .enum(['quick', 'normal', 'deep'])
    .default('normal')
    .describe('How many questions it is split into: 2, 4 or 8.'),
  format: z.enum(['report', 'summary', 'bullets']).default('report').describe('The form of the answer.'),
  models,
})
type Input = z.infer<typeof Input>

const QUESTIONS = { quick: 2, normal: 4, deep: 8 }
const FORMS = {
  report: 'a report in Markdown with headings',
  summary: 'a summary of a few paragraphs in Markdown',
  bullets: 'a list of points in Markdown',
}

function stepsOf({ depth, format, models: chosen }: Pick<Input, 'depth' | 'format' | 'models'>): PlanStep[] {
  return [
    ask(
      'questions',
      'Split into questions',
      {
        system: `Split the question into at most ${QUESTIONS[depth]} smaller ones that together answer it.`,
        prompt: '{{ input.input.question }}',
        schema: objectOf({
          questions: { type: 'array', items: TEXT, minItems: 1, maxItems: QUESTIONS[depth] },
        }),
      },
      chosen,
    ),
    {
      id: 'fetch',
      name: 'Gather the sources',
      weight: 2,
      type: 'http.request',
      params: { method: 'GET', url: '{{ item }}', responseType: 'text' },
      each: {
        items: "{{ (input.input.sources ?? []).filter(s => typeof s === 'string') }}",
        concurrency: 5,
        onItemError: 'collect',
      },
    },
    {
      id: 'sources',
      name: 'Number the sources',
      type: 'data.set',
      params: {
        values: {
          list: "{{ [...(input.input.sources ?? []).filter(s => typeof s === 'string').map((url, i) => ({ title: url, url: url, text: nodes.fetch[i].error ? '' : String(nodes.fetch[i].body).replaceAll(/<[^<>]*>/g, ' ').slice(0, 100000) })), ...(input.input.sources ?? []).filter(s => typeof s !== 'string').map(s => ({ title: s.title, url: s.url ?? null, text: s.text }))] }}",
        },
      },
    },
    ask(
      'notes',
      'Take notes with source and quote',
      {
        system:
          'Take notes from the source that help to answer the questions. Each note has a claim and a quote, which is copied from the source word for word.',
        prompt: '{{ ({ questions: nodes.questions.object.questions, source: item.text.slice(0, 60000) }) }}',
        schema: objectOf({ notes: listOf({ claim: TEXT, quote: TEXT }) }),
      },
      chosen,
      { weight: 3, each: { items: '{{ nodes.sources.list }}', concurrency: 4, onItemError: 'collect' } },
    ),
    {
      id: 'quoted',
      name: 'Keep what the sources say',
      type: 'data.quotes',
      params: {
        notes:
          '{{ nodes.notes.flatMap((one, i) => one.error ? [] : (one.object?.notes ?? []).map(n => ({ source: i + 1, claim: n.claim, quote: n.quote }))) }}',
        sources: '{{ nodes.sources.list }}',
      },
    },
    ask(
      'crossCheck',
      'Look for contradictions',
      {
        system: 'Name the notes that contradict each other, by their numbers. Name none where there is none.',
        prompt:
          '{{ ({ notes: nodes.quoted.kept.map((n, i) => ({ number: i + 1, source: n.source, claim: n.claim })) }) }}',
        schema: objectOf({
          contradictions: listOf({ notes: { type: 'array', items: { type: 'integer' } }, why: TEXT }),
        }),
      },
      chosen,
      { when: '{{ nodes.quoted.kept.length > 1 }}' },
    ),
    ask(
      'report',
      'Write the answer',
      {
        system: `Answer the question as ${FORMS[format]}. Say only what the notes say, and name the number of the source in brackets behind each statement, such as [1]. Say plainly what the notes leave open.`,
        prompt:
          '{{ ({ question: input.input.question, notes: nodes.quoted.kept, contradictions: nodes.crossCheck?.object?.contradictions ?? [] }) }}',
      },
      chosen,
      { weight: 2, after: ['quoted', 'crossCheck'] },
    ),
    {
      id: 'citations',
      name: 'Check the citations',
      type: 'data.cite',
      params: {
        text: "{{ nodes.report.text + (nodes.quoted.kept.length === 0 ? '\\n\\nNo source has said anything about this.' : '\\n\\n' + nodes.quoted.kept.map(n => '> ' + n.quote + ' [' + n.source + ']').join('\\n>\\n')) }}",
        sources: '{{ nodes.sources.list }}',
      },
    },
  ]
}

const OUTPUT = {
  report: '{{ nodes.citations.text }}',
  questions: '{{ nodes.questions.object.questions }}',
  sources:
    '{{ nodes.sources.list.map((s, i) => ({ number: i + 1, title: s.title, url: s.url, isCited: nodes.citations.cited.includes(i + 1), isRead: s.text !== "" })) }}',
  notes: '{{ nodes.quoted.kept }}',
  droppedNotes: '{{ nodes.quoted.dropped.length }}',
  contradictions: '{{ nodes.crossCheck?.object?.contradictions ?? [] }}',
  removedCitations: '{{ nodes.citations.removed }}',
}

export const researchType: TaskType = {
  name: 'research',
  title: 'Research',
  description:
    'Answers a question from the sources that it is given, with notes, contradictions and numbered citations.',
  input: Input,
  result:
    '`{ report, questions, sources, notes, droppedNotes, contradictions, removedCitations }`: the report is Markdown.',
  steps: infoOf(stepsOf({ depth: 'normal', format: 'report' })),
  plan: (input, options) => planOfSteps(stepsOf(input as Input), OUTPUT, options),
}
