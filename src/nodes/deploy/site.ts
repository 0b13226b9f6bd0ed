import * as z from 'zod'
import { outcomeOfChild } from '../child-outcome.ts'
import { effectNode, type NodeResult } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const deploySite = effectNode({
  type: 'deploy.site',
  category: 'deploy',
  summary: 'Publishes files of the team as a site, and waits until it is ready.',
  params: z.strictObject({
    platform: z.enum(['vercel', 'netlify', 'github-pages', 'aws-s3']).describe('The platform.'),
    project: z.string().min(1).max(300).describe('The project, site, repository or folder of the bucket.'),
    source: z
      .record(z.string(), z.unknown())
      .describe(
        '`{ files }`, `{ zip }`, `{ prefix }` or `{ runId }`, with `base`, as in `POST /deployments`.',
      ),
    production: z.boolean().optional().meta({
      description: 'Whether to replace the public site. Otherwise, it is a preview.',
      default: false,
    }),
    settings: z.record(z.string(), z.unknown()).optional().describe('The settings of the platform.'),
    message: z.string().max(2_000).optional().describe('A description of the change.'),
    whenBusy: z.enum(['queue', 'replace']).optional().meta({
      description:
        'How an active deployment of the project is handled: `queue` waits for it, `replace` cancels it.',
      default: 'queue',
    }),
  }),
  output: 'The deployment: `{ id, status, url, aliases, platformId, files, … }`.',
  example: { platform: 'netlify', project: 'docs-example', source: { prefix: 'site/' }, production: true },
  ports: mainPort,
  needsCredential: true,
  effectful: true,
  run: async (
    { deploy },
    { params, credential, path, failures, idempotencyKey, nowMs },
    signal,
  ): Promise<NodeResult> => {
    const child = await deploy.start({
      input: { ...params, integrationId: credential },
      ...{ path, failures, idempotencyKey, signal },
    })
    return outcomeOfChild(child, nowMs)
  },
})
