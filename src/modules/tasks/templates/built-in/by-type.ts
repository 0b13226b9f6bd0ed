// A template for each task type that calls models. None of them needs an account: without `models`, the offline model
// answers.
import { type BuiltInTemplate, text } from './template.ts'

const research: BuiltInTemplate = {
  id: 'tpl_task-research',
  name: 'Answer a question from a text',
  description: 'Answers a question from one text, with quotes and citations of it.',
  type: 'research',
  variables: {
    properties: {
      question: text('The question.', { minLength: 3, maxLength: 10_000 }),
      title: text('The title of the text.', { maxLength: 300 }),
      text: text('The text.', { maxLength: 200_000 }),
      depth: { type: 'string', enum: ['quick', 'normal', 'deep'], default: 'quick' },
    },
    required: ['question', 'title', 'text'],
  },
  task: {
    title: 'Research: {{= title }}',
    type: 'research',
    input: {
      question: '{{= question }}',
      sources: [{ title: '{{= title }}', text: '{{= text }}' }],
      depth: '{{= depth }}',
      format: 'report',
    },
  },
}

const codeGeneration: BuiltInTemplate = {
  id: 'tpl_task-function',
  name: 'Write a function',
  description: 'Writes a function and its tests in one language.',
  type: 'codeGeneration',
  variables: {
    properties: {
      name: text('The name of the function.', { maxLength: 100 }),
      spec: text('Its parameters, its result and its errors.', { maxLength: 40_000 }),
      language: { type: 'string', enum: ['typescript', 'javascript', 'python', 'go'], default: 'typescript' },
    },
    required: ['name', 'spec'],
  },
  task: {
    title: 'Write {{= name }}',
    type: 'codeGeneration',
    input: {
      language: '{{= language }}',
      spec: 'Write the function {{= name }} with tests beside it. {{= spec }}',
    },
  },
}

const websiteCreation: BuiltInTemplate = {
  id: 'tpl_task-small-site',
  name: 'Website of three pages',
  description:
    'A site with a start page, a page about you and a page of contacts, as a zip that can be deployed.',
  type: 'websiteCreation',
  variables: {
    properties: {
      name: text('Whose site it is.', { maxLength: 150 }),
      about: text('Its topic and its audience.', { maxLength: 20_000 }),
      style: { type: 'string', enum: ['light', 'dark', 'warm'], default: 'light' },
    },
    required: ['name', 'about'],
  },
  task: {
    title: 'Website of {{= name }}',
    type: 'websiteCreation',
    input: {
      brief: 'The website of {{= name }}. {{= about }}',
      pages: ['Home', 'About', 'Contact'],
      style: '{{= style }}',
    },
  },
}

const dataAnalysis: BuiltInTemplate = {
  id: 'tpl_task-table',
  name: 'Say what a table tells',
  description: 'Figures, groups, correlations, outliers, trends and charts of a file with a table.',
  type: 'dataAnalysis',
  variables: {
    properties: {
      file: text('The id or name of a file of the team: CSV, TSV, JSON, JSON lines or XLSX.', {
        maxLength: 1_024,
      }),
    },
    required: ['file'],
  },
  task: { title: 'Figures of {{= file }}', type: 'dataAnalysis', input: { file: '{{= file }}' } },
}

const debugging: BuiltInTemplate = {
  id: 'tpl_task-mend',
  name: 'Mend a file of code',
  description: 'Finds the cause of an error in one file and gives the change as a diff.',
  type: 'debugging',
  variables: {
    properties: {
      name: text('The name of the file, with its extension.', { maxLength: 200 }),
      code: text('The code.', { maxLength: 200_000 }),
      error: text('The error message.', { maxLength: 50_000 }),
    },
    required: ['name', 'code', 'error'],
  },
  task: {
    title: 'Mend {{= name }}',
    type: 'debugging',
    input: { name: '{{= name }}', code: '{{= code }}', error: '{{= error }}' },
  },
}

const documentation: BuiltInTemplate = {
  id: 'tpl_task-document',
  name: 'Describe a file of code',
  description: 'Documentation of one file. It mentions only names that occur in the file.',
  type: 'documentation',
  variables: {
    properties: {
      path: text('The path of the file.', { maxLength: 500 }),
      content: text('The code.', { maxLength: 200_000 }),
      audience: { type: 'string', minLength: 1, maxLength: 500, default: 'developers' },
    },
    required: ['path', 'content'],
  },
  task: {
    title: 'Describe {{= path }}',
    type: 'documentation',
    input: { files: [{ path: '{{= path }}', content: '{{= content }}' }], audience: '{{= audience }}' },
  },
}

const custom: BuiltInTemplate = {
  id: 'tpl_task-compare',
  name: 'Compare two texts',
  description: 'Returns the difference of two texts as a diff, by a capability that calls no model.',
  type: 'custom',
  variables: {
    properties: {
      name: text('The title of the text.', { maxLength: 150 }),
      before: { type: 'string', maxLength: 200_000, description: 'The text as it was.' },
      after: { type: 'string', maxLength: 200_000, description: 'The text as it is now.' },
    },
    required: ['name', 'before', 'after'],
  },
  task: {
    title: 'Compare {{= name }}',
    type: 'custom',
    input: {
      capability: 'compareTexts',
      parameters: { name: '{{= name }}', before: '{{= before }}', after: '{{= after }}' },
    },
  },
}

export const TEMPLATES_BY_TYPE: readonly BuiltInTemplate[] = [
  research,
  codeGeneration,
  websiteCreation,
  dataAnalysis,
  debugging,
  documentation,
  custom,
]
