// Writes and repairs code. There is no sandbox: nothing is executed, and the result says so.
import * as z from 'zod'
import { ask, infoOf, listOf, models, objectOf, type PlanStep, planOfSteps, TEXT } from './plan.ts'
import type { TaskType } from './task-type.ts'

export const NO_SANDBOX = 'not run: no sandbox'

const LANGUAGES = [
  'javascript',
  'typescript',
  'python',
  'go',
  'rust',
  'java',
  'kotlin',
  'swift',
  'c',
  'cpp',
  'csharp',
  'php',
  'ruby',
  'sql',
  'bash',
  'html',
  'css',
  'scala',
  'dart',
  'r',
] as const

const CodeFile = z.strictObject({ path: z.string().min(1).max(500), content: z.string().max(200_000) })

const GenerateInput = z.strictObject({
  language: z.enum(LANGUAGES).describe('The language of the code.'),
  spec: z.string().min(3).max(50_000).describe('The requirements for the code.'),
  tests: z
    .union([z.string().max(100_000), z.array(CodeFile).max(50)])
    .optional()
    .describe('Tests that it has to pass.'),
  files: z.array(CodeFile).max(50).optional().describe('Code that is there.'),
  models,
})
type GenerateInput = z.infer<typeof GenerateInput>

const FILES = objectOf({
  files: { ...listOf({ path: TEXT, content: TEXT }), minItems: 1, maxItems: 50 },
  summary: TEXT,
})
const REPAIRS = 3

function generateSteps({ models: chosen }: Pick<GenerateInput, 'models'>): PlanStep[] {
  const plan = ask(
    'plan',
    'Plan the code',
    {
      system: 'Plan the code in a few short steps.',
      prompt:
        '{{ ({ language: input.input.language, spec: input.input.spec, files: (input.input.files ?? []).map(f => f.path) }) }}',
      schema: objectOf({ steps: { type: 'array', items: TEXT, minItems: 1, maxItems: 20 } }),
    },
    chosen,
  )
  const write = ask(
    'write',
    'Write the code',
    {
      system:
        'Write complete files in the language that is asked for. Leave nothing out, and use no placeholders.',
      prompt:
        '{{ ({ language: input.input.language, spec: input.input.spec, plan: nodes.plan.object.steps, files: input.input.files ?? [], tests: input.input.tests ?? null }) }}',
      schema: FILES,
    },
    chosen,
    { weight: 3 },
  )
  const check: PlanStep = {
    id: 'check',
    name: 'Check the code',
    type: 'data.codeCheck',
    params: { files: '{{ nodes.write.object.files }}' },
  }
  const repairs = Array.from({ length: REPAIRS }, (_, n): PlanStep[] => {
    const [before, faults] =
      n === 0
        ? ['nodes.write.object', 'nodes.check.faults']
        : [`(nodes.repair${n}?.object ?? ${'nodes.write.object'})`, `(nodes.check${n}?.faults ?? [])`]
    const files = n === 0 ? `${before}.files` : `(${lastFiles(n)})`
    return [
      ask(
        `repair${n + 1}`,
        `Repair, try ${n + 1}`,
        {
          system: 'Mend the faults. Answer with all files, the sound ones too.',
          prompt: `{{ ({ files: ${files}, faults: ${faults} }) }}`,
          schema: FILES,
        },
        chosen,
        { when: `{{ ${faults}.length > 0 }}`, after: [n === 0 ? 'check' : `check${n}`] },
      ),
      {
        id: `check${n + 1}`,
        name: `Check again, try ${n + 1}`,
        type: 'data.codeCheck',
        params: { files: `{{ ${lastFiles(n + 1)} }}` },
        after: [`repair${n + 1}`, n === 0 ? 'check' : `check${n}`],
      },
    ]
  }).flat()
  const save: PlanStep = {
    id: 'save',
    name: 'Save the files',
    type: 'file.write',
    params: {
      name: "tasks/{{ input.task.id }}/{{ item.path.replaceAll(/[^A-Za-z0-9._\\/ -]/g, '-').replaceAll('..', '.') }}.txt",
      content: '{{ item.content }}',
      tags: ['task'],
    },
    each: { items: `{{ ${lastFiles(REPAIRS)} }}`, concurrency: 3, onItemError: 'collect' },
    after: [`check${REPAIRS}`],
  }
  return [plan, write, check, ...repairs, save]
}

/** The files after this many repairs. */
function lastFiles(tries: number): string {
  const names = Array.from({ length: tries }, (_, n) => `nodes.repair${tries - n}?.object?.files`)
  return [...names, 'nodes.write.object.files'].join(' ?? ')
}

export const codeGenerationType: TaskType = {
  name: 'codeGeneration',
  title: 'Code generation',
  description:
    'Plans, writes and checks code, and mends what the check finds, up to three times. Tests are not run, since there is no sandbox.',
  input: GenerateInput,
  result: '`{ files, summary, plan, faults, run, saved }`; `run` says that nothing was run.',
  steps: infoOf(generateSteps({})),
  plan: (input, options) =>
    planOfSteps(
      generateSteps(input as GenerateInput),
      {
        files: `{{ ${lastFiles(REPAIRS)} }}`,
        summary: '{{ nodes.write.object.summary }}',
        plan: '{{ nodes.plan.object.steps }}',
        faults: `{{ nodes.check${REPAIRS}.faults }}`,
        run: { tests: NO_SANDBOX },
        saved: '{{ nodes.save }}',
      },
      options,
    ),
}

const DebugInput = z.strictObject({
  code: z.string().min(1).max(200_000).describe('The code that does not work.'),
  error: z.string().max(50_000).optional().describe('The error message.'),
  expected: z.string().max(50_000).optional().describe('The expected behaviour.'),
  name: z.string().min(1).max(200).default('code').describe('The name of its file.'),
  models,
})
type DebugInput = z.infer<typeof DebugInput>

function debugSteps({ models: chosen }: Pick<DebugInput, 'models'>): PlanStep[] {
  return [
    {
      id: 'reproduce',
      name: 'Reproduce the fault',
      type: 'data.codeCheck',
      params: { files: '{{ [{ path: input.input.name, content: input.input.code }] }}' },
    },
    ask(
      'cause',
      'Find the cause and mend it',
      {
        system:
          'Find the cause of the fault. Answer with the cause in words and the whole mended code. Change nothing that is not at fault.',
        prompt:
          '{{ ({ code: input.input.code, error: input.input.error ?? null, expected: input.input.expected ?? null, faults: nodes.reproduce.faults }) }}',
        schema: objectOf({ cause: TEXT, fixed: TEXT }),
      },
      chosen,
      { weight: 3 },
    ),
    {
      id: 'diff',
      name: 'Make the diff',
      type: 'data.diff',
      params: {
        before: '{{ input.input.code }}',
        after: '{{ nodes.cause.object.fixed }}',
        name: '{{ input.input.name }}',
      },
    },
    {
      id: 'verify',
      name: 'Check the mended code',
      type: 'data.codeCheck',
      params: { files: '{{ [{ path: input.input.name, content: nodes.cause.object.fixed }] }}' },
    },
  ]
}

export const debuggingType: TaskType = {
  name: 'debugging',
  title: 'Debugging',
  description:
    'Finds the cause of a fault and mends it as a diff. Nothing is run, since there is no sandbox.',
  input: DebugInput,
  result: '`{ cause, diff, fixed, reproduced, verified, faultsBefore, faultsAfter }`.',
  steps: infoOf(debugSteps({})),
  plan: (input, options) =>
    planOfSteps(
      debugSteps(input as DebugInput),
      {
        cause: '{{ nodes.cause.object.cause }}',
        diff: '{{ nodes.diff }}',
        fixed: '{{ nodes.cause.object.fixed }}',
        reproduced: "{{ nodes.reproduce.faults.length > 0 ? 'found by the check' : 'not reproduced' }}",
        verified: NO_SANDBOX,
        faultsBefore: '{{ nodes.reproduce.faults }}',
        faultsAfter: '{{ nodes.verify.faults }}',
      },
      options,
    ),
}
