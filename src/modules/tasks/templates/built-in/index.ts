// The built-in templates.
import { TEMPLATES_BY_TYPE } from './by-type.ts'
import { type BuiltInTemplate, text } from './template.ts'

export const BUILT_IN_SINCE = '2026-11-30T00:00:00.000Z'

const followUp: BuiltInTemplate = {
  id: 'tpl_task-follow-up',
  name: 'Remind and follow up',
  description: 'Waits for this number of days, then asks a worker or a person to follow up.',
  type: 'custom',
  variables: {
    properties: {
      subject: text('The topic.'),
      days: { type: 'integer', minimum: 1, maximum: 365, default: 7 },
    },
    required: ['subject'],
  },
  task: {
    title: 'Follow up: {{= subject }}',
    type: 'custom',
    subtasks: [
      {
        ref: 'wait',
        title: 'Wait {{= days }} days',
        type: 'custom',
        input: {
          steps: [{ id: 'wait', type: 'flow.wait', params: { durationMs: '{{ {{= days }} * 86400000 }}' } }],
        },
        autoStart: true,
      },
      { title: 'Ask about {{= subject }}', type: 'custom', dependsOn: [{ ref: 'wait' }] },
    ],
  },
}

const checkList: BuiltInTemplate = {
  id: 'tpl_task-release',
  name: 'Release with checks',
  description:
    'A tree of tasks that depend on each other: checks side by side, then the release, then word to the team.',
  type: 'custom',
  variables: { properties: { version: text('The version that is released.') }, required: ['version'] },
  task: {
    title: 'Release {{= version }}',
    type: 'custom',
    subtasks: [
      { ref: 'test', title: 'Test {{= version }}', type: 'custom', weight: 2 },
      { ref: 'notes', title: 'Write the notes of {{= version }}', type: 'custom' },
      {
        ref: 'release',
        title: 'Release {{= version }}',
        type: 'custom',
        dependsOn: [{ ref: 'test' }, { ref: 'notes' }],
        onDependencyFailure: 'skip',
      },
      {
        title: 'Tell of {{= version }}',
        type: 'custom',
        input: {
          steps: [{ id: 'say', type: 'data.set', params: { values: { text: 'Released {{= version }}' } } }],
        },
        dependsOn: [{ ref: 'release' }],
      },
    ],
  },
}

export const BUILT_IN_TEMPLATES: readonly BuiltInTemplate[] = [followUp, checkList, ...TEMPLATES_BY_TYPE]
