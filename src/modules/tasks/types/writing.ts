// Websites and documentation.
import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { ask, infoOf, listOf, models, objectOf, type PlanStep, planOfSteps, TEXT } from './plan.ts'
import type { TaskType } from './task-type.ts'

const SiteInput = z.strictObject({
  brief: z.string().min(3).max(50_000).describe('The topic and the audience of the site.'),
  pages: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(30)
    .optional()
    .describe('The titles of its pages. Default: as in the outline.'),
  style: z.enum(['light', 'dark', 'warm']).default('light').describe('How it looks.'),
  models,
})
type SiteInput = z.infer<typeof SiteInput>

function siteSteps({ models: chosen }: Pick<SiteInput, 'models'>): PlanStep[] {
  return [
    ask(
      'outline',
      'Outline the site',
      {
        system:
          'Outline a website: its name, and its pages with what each says. The first page is the start page.',
        prompt: '{{ ({ brief: input.input.brief, pages: input.input.pages ?? null }) }}',
        schema: objectOf({
          name: TEXT,
          pages: { ...listOf({ title: TEXT, about: TEXT }), minItems: 1, maxItems: 12 },
        }),
      },
      chosen,
    ),
    ask(
      'pages',
      'Write the pages',
      {
        system:
          'Write the content of the page as HTML: headings, paragraphs, lists and links to the other pages. No scripts, no images, no styles, and nothing from elsewhere.',
        prompt:
          '{{ ({ brief: input.input.brief, page: item, about: nodes.outline.object.pages.filter(p => p.title === item).map(p => p.about) }) }}',
      },
      chosen,
      {
        weight: 4,
        each: {
          items: '{{ input.input.pages ?? nodes.outline.object.pages.map(p => p.title) }}',
          concurrency: 3,
        },
      },
    ),
    {
      id: 'build',
      name: 'Put the site together and check it',
      type: 'data.site',
      params: {
        name: "{{ (nodes.outline.object.name || 'Site').slice(0, 200) }}",
        pages:
          "{{ (input.input.pages ?? nodes.outline.object.pages.map(p => p.title)).map((title, i) => ({ title: title, body: nodes.pages[i].text.includes('<') ? nodes.pages[i].text : '<p>' + nodes.pages[i].text + '</p>' })) }}",
        style: '{{ input.input.style }}',
      },
    },
    {
      id: 'zip',
      name: 'Save the site',
      type: 'file.write',
      params: {
        name: 'tasks/{{ input.task.id }}/site.zip',
        content: '{{ nodes.build.zip }}',
        encoding: 'base64',
        tags: ['task', 'website'],
      },
    },
  ]
}

export const websiteCreationType: TaskType = {
  name: 'websiteCreation',
  title: 'Website',
  description:
    'Outlines and writes a website of plain pages, checks it, and puts it into a zip that can be deployed as it is.',
  input: SiteInput,
  result: '`{ file, name, pages, problems, contrast }`: `file` is the zip.',
  steps: infoOf(siteSteps({})),
  plan: (input, options) =>
    planOfSteps(
      siteSteps(input as SiteInput),
      {
        file: '{{ nodes.zip }}',
        name: '{{ nodes.outline.object.name }}',
        pages: '{{ nodes.build.files.map(f => f.path) }}',
        problems: '{{ nodes.build.problems }}',
        contrast: '{{ nodes.build.contrast }}',
      },
      options,
    ),
}

const DocsInput = z
  .strictObject({
    files: z
      .array(z.strictObject({ path: z.string().min(1).max(500), content: z.string().max(200_000) }))
      .min(1)
      .max(50)
      .optional()
      .describe('Source files to describe.'),
    openapi: z.record(z.string(), JsonValue).optional().describe('An OpenAPI document to describe.'),
    workflow: z
      .record(z.string(), JsonValue)
      .optional()
      .describe('The definition of a workflow to describe.'),
    workflowId: z
      .string()
      .max(100)
      .optional()
      .describe('A workflow of the team to describe, as it is when the task is created.'),
    audience: z.string().min(1).max(500).default('developers').describe('For whom it is written.'),
    models,
  })
  .refine(
    ({ files, openapi, workflow, workflowId }) =>
      [files, openapi, workflowId ?? workflow].filter((one) => one !== undefined).length === 1,
    'Give one of files, openapi, workflow and workflowId',
  )
export type DocsInput = z.infer<typeof DocsInput>

const SOURCE = 'input.input.files ?? input.input.openapi ?? input.input.workflow'

function docsSteps({ models: chosen }: Pick<DocsInput, 'models'>): PlanStep[] {
  return [
    ask(
      'outline',
      'Outline the documentation',
      {
        system: 'Outline documentation: the titles of its pages and what each describes.',
        prompt: `{{ ({ audience: input.input.audience, source: JSON.stringify(${SOURCE}).slice(0, 60000) }) }}`,
        schema: objectOf({ pages: { ...listOf({ title: TEXT, about: TEXT }), minItems: 1, maxItems: 12 } }),
      },
      chosen,
    ),
    ask(
      'pages',
      'Write the pages',
      {
        system:
          'Write the page in Markdown for this audience. Put names of functions, fields, paths and nodes in back quotes, exactly as the source has them, and mention no others.',
        prompt: `{{ ({ audience: input.input.audience, page: item, source: JSON.stringify(${SOURCE}).slice(0, 60000) }) }}`,
      },
      chosen,
      { weight: 4, each: { items: '{{ nodes.outline.object.pages }}', concurrency: 3 } },
    ),
    {
      id: 'names',
      name: 'Check the names',
      type: 'data.names',
      params: {
        text: "{{ nodes.pages.map(p => p.text).join('\\n\\n') }}",
        source: `{{ JSON.stringify(${SOURCE}) }}`,
      },
    },
    {
      id: 'refuse',
      name: 'Refuse names that are not there',
      type: 'flow.fail',
      when: '{{ nodes.names.unknown.length > 0 }}',
      params: {
        code: 'docs.unknown_name',
        message:
          "The text mentions names that the source does not have: {{ nodes.names.unknown.slice(0, 10).join(', ') }}",
      },
    },
    {
      id: 'save',
      name: 'Save the pages',
      type: 'file.write',
      after: ['names', 'refuse'],
      params: {
        name: 'tasks/{{ input.task.id }}/documentation.md',
        content:
          "{{ nodes.outline.object.pages.map((p, i) => '# ' + p.title + '\\n\\n' + nodes.pages[i].text).join('\\n\\n') }}",
        tags: ['task', 'documentation'],
      },
    },
  ]
}

export const documentationType: TaskType = {
  name: 'documentation',
  title: 'Documentation',
  description:
    'Describes source files, an OpenAPI document or a workflow. A name that the source does not have fails the task.',
  input: DocsInput,
  result: '`{ file, pages, names }`: `file` is Markdown.',
  steps: infoOf(docsSteps({})),
  plan: (input, options) =>
    planOfSteps(
      docsSteps(input as DocsInput),
      {
        file: '{{ nodes.save }}',
        pages:
          '{{ nodes.outline.object.pages.map((p, i) => ({ title: p.title, text: nodes.pages[i].text })) }}',
        names: '{{ nodes.names.known }}',
      },
      options,
    ),
}
