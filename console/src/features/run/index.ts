export { GraphView } from './graph/graph.tsx'
export type { Definition } from './model/event.ts'
export { type Outline, outlineOf } from './model/steps.ts'
export { NodeIcon } from './node-icon.tsx'
