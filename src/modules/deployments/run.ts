// A deployment is a run of this built-in definition. Each node is one recorded step, so a crash only repeats the step
// in progress.
import { MINUTE_MS } from '../../core/clock.ts'
import type { Definition } from '../../engine/model/definition.ts'

/** The input of the run. `target` must not be changed by two deployments at the same time. */
export type DeploymentInput = { deploymentId: string; platform: string; project: string; target: string }

/** A failed step is retried with growing delays. A Retry-After of the platform is respected, up to an hour. */
const RETRY = { attempts: 8, delayMs: 2_000, factor: 2, jitter: true }

/** Enough for a site with the most files, sent one by one. */
const MAX_ITERATIONS = 10_000

const definitionFor = (whenFull: 'queue' | 'replace'): Definition => ({
  name: 'Deployment',
  settings: {
    title: '{{ input.project }} on {{ input.platform }}',
    concurrency: { limit: 1, key: '{{ input.target }}', whenFull },
  },
  nodes: [
    {
      id: 'prepare',
      type: 'deploy.prepare',
      name: 'Read the files',
      retry: RETRY,
      timeoutMs: 30 * MINUTE_MS,
    },
    {
      id: 'compare',
      type: 'deploy.compare',
      name: 'Ask what is there',
      retry: RETRY,
      timeoutMs: 10 * MINUTE_MS,
    },
    { id: 'upload', type: 'deploy.upload', name: 'Send files', retry: RETRY, timeoutMs: 15 * MINUTE_MS },
    { id: 'publish', type: 'deploy.publish', name: 'Publish', retry: RETRY, timeoutMs: 15 * MINUTE_MS },
    {
      id: 'check',
      type: 'deploy.check',
      name: 'Wait for the platform',
      retry: RETRY,
      timeoutMs: 5 * MINUTE_MS,
    },
  ],
  edges: [
    { from: 'prepare', to: 'compare' },
    { from: 'compare', to: 'compare', port: 'again', back: true, maxIterations: 600 },
    { from: 'compare', to: 'upload' },
    { from: 'upload', to: 'upload', port: 'again', back: true, maxIterations: MAX_ITERATIONS },
    { from: 'upload', to: 'publish' },
    { from: 'publish', to: 'upload', port: 'again', back: true, maxIterations: 100 },
    { from: 'publish', to: 'check' },
    { from: 'check', to: 'check', port: 'again', back: true, maxIterations: MAX_ITERATIONS },
  ],
  output: '{{ nodes.check }}',
})

export const DEFINITIONS = {
  queue: JSON.stringify(definitionFor('queue')),
  replace: JSON.stringify(definitionFor('replace')),
}
