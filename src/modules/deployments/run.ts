// A deployment is a run of this definition, which nobody can edit. Each node is one recorded step: what a crash takes with it is the
// step that was under way, and no more.
import { MINUTE_MS } from '../../core/clock.ts'
import type { Definition } from '../../engine/model/definition.ts'

/** What a start is given; `target` is what two deployments must not change at a time. */
export type DeploymentInput = { deploymentId: string; platform: string; project: string; target: string }

/** A failed step is made again with growing delays; what a platform asks for by Retry-After is waited for, up to an hour. */
const RETRY = { attempts: 8, delayMs: 2_000, factor: 2, jitter: true }

/** The loops of a site with the most files, sent one by one, fit in. */
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
