// Analyses a table. All figures are computed over all rows. A model only describes them, and a number that was not
// computed fails the step.
import * as z from 'zod'
import { ask, infoOf, models, type PlanStep, planOfSteps } from './plan.ts'
import type { TaskType } from './task-type.ts'

const Input = z.strictObject({
  file: z
    .union([z.string().min(1).max(1_024), z.looseObject({ $file: z.string().max(100) })])
    .describe('A file of the team, by id, name or reference: CSV, TSV, JSON, JSON lines or XLSX.'),
  question: z.string().min(1).max(10_000).optional().describe('The question about the data.'),
  models,
})
type Input = z.infer<typeof Input>

/** Without a chosen model, the computed findings are the description. */
function stepsOf({ models: chosen }: Pick<Input, 'models'>): PlanStep[] {
  const computed: PlanStep = {
    id: 'profile',
    name: 'Read the table and compute its figures',
    weight: 3,
    type: 'data.profile',
    timeoutMs: 600_000,
    params: { file: '{{ input.input.file }}' },
  }
  const charts: PlanStep = {
    id: 'charts',
    name: 'Draw the charts',
    type: 'file.write',
    params: {
      name: 'tasks/{{ input.task.id }}/{{ item.name.replaceAll(/[^A-Za-z0-9 _-]/g, "-").slice(0, 80) }}.svg',
      content: '{{ item.svg }}',
      tags: ['task'],
    },
    each: { items: '{{ nodes.profile.charts }}', concurrency: 3 },
  }
  const words: PlanStep =
    chosen === undefined
      ? {
          id: 'findings',
          name: 'Put the findings into words',
          type: 'data.set',
          params: { values: { text: "{{ nodes.profile.findings.map(f => '- ' + f).join('\\n') }}" } },
        }
      : ask(
          'findings',
          'Put the findings into words',
          {
            system:
              'Describe what the figures of a table say, in Markdown. Use only numbers that stand in the figures; you may round them. Answer the question first, if there is one.',
            prompt:
              '{{ ({ question: input.input.question ?? null, rows: nodes.profile.rows, columns: nodes.profile.columns, statistics: nodes.profile.statistics, groups: nodes.profile.groups, correlations: nodes.profile.correlations, outliers: nodes.profile.outliers, trends: nodes.profile.trends, findings: nodes.profile.findings }) }}',
          },
          chosen,
          { weight: 2 },
        )
  const check: PlanStep = {
    id: 'numbers',
    name: 'Check every number',
    type: 'data.numbers',
    params: {
      text: '{{ nodes.findings.text }}',
      data: '{{ ({ question: input.input.question ?? null, profile: { ...nodes.profile, charts: [] } }) }}',
    },
  }
  return [computed, charts, words, check]
}

const OUTPUT = {
  findings: '{{ nodes.numbers.text }}',
  rows: '{{ nodes.profile.rows }}',
  columns: '{{ nodes.profile.columns }}',
  statistics: '{{ nodes.profile.statistics }}',
  groups: '{{ nodes.profile.groups }}',
  correlations: '{{ nodes.profile.correlations }}',
  outliers: '{{ nodes.profile.outliers }}',
  trends: '{{ nodes.profile.trends }}',
  charts: '{{ nodes.charts }}',
}

export const dataAnalysisType: TaskType = {
  name: 'dataAnalysis',
  title: 'Data analysis',
  description:
    'Computes what a table says: profile, statistics, groups, correlations, outliers, trend and charts.',
  input: Input,
  result:
    '`{ findings, rows, columns, statistics, groups, correlations, outliers, trends, charts }`; the charts are SVG files.',
  steps: infoOf(stepsOf({})),
  plan: (input, options) => planOfSteps(stepsOf(input as Input), OUTPUT, options),
}
