import { FIND_MODELS } from '../settings.ts'

/** What the first inner nodes share. They record the data that all later inner nodes read. */
export const FIRST_NODE = {
  internal: true,
  category: 'ai',
  example: {},
  output: 'What the calls are made of.',
  ports: () => ['main', FIND_MODELS],
  mockPort: () => 'main',
  needsCredential: false,
  effectful: false,
} as const
