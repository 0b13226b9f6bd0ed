export { FlowGate } from './flow-gate/index.ts'
export { MetricsHub } from './metrics-hub/index.ts'
export { RateLimiter } from './rate-limiter/index.ts'
export { WorkflowRun } from './workflow-run/index.ts'
