import * as z from 'zod'
import {
  DEPLOYMENT_ACTIONS,
  DEPLOYMENT_STATUSES,
  ENVIRONMENTS,
  FILE_STATES,
  PLATFORM_IDS,
} from '../../db/schema/index.ts'
import { commaList, listQuery, pageOf } from '../../http/pagination.ts'
import { LongText, PlainText } from '../../http/text.ts'
import { Source } from './source/schema.ts'

export const PlatformName = z.enum(PLATFORM_IDS)
const Environment = z.enum(ENVIRONMENTS)
const Status = z.enum(DEPLOYMENT_STATUSES)

const Pattern = z
  .string()
  .max(500)
  .regex(
    /^(?!.*\/\.{1,2}(?:\/|$))\/[\x21-\x7e]*$/,
    'a path that begins with /, in ASCII and without spaces, "." and ".."',
  )
  .describe('A path that begins with `/`; `*` matches any characters.')
const HeaderName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'the name of a header')
const HeaderValue = z
  .string()
  .max(2_000)
  .regex(/^[\x20-\x7e]*$/, 'visible ASCII characters')

export const Settings = z
  .strictObject({
    spaFallback: z
      .boolean()
      .optional()
      .describe('Answers paths that are not files with `index.html`, for pages that route by themselves.'),
    headers: z
      .array(z.strictObject({ path: Pattern, values: z.record(HeaderName, HeaderValue) }))
      .max(200)
      .optional()
      .describe('Vercel and Netlify: headers of answers. S3 takes `Cache-Control`.'),
    redirects: z
      .array(
        z.strictObject({
          from: Pattern,
          to: z
            .string()
            .max(2_000)
            .regex(/^[\x21-\x7e]+$/, 'a path or URL in ASCII and without spaces'),
          status: z.union([z.literal(301), z.literal(302), z.literal(307), z.literal(308)]).optional(),
        }),
      )
      .max(500)
      .optional()
      .describe('Vercel and Netlify; S3 takes paths without `*`, and answers 301.'),
    branch: z
      .string()
      .regex(
        /^(?![/.])(?!.*(?:\.\.|\/\/|\/\.))(?!.*(?:[/.]|\.lock)$)[A-Za-z0-9._/-]{1,200}$/,
        'the name of a branch',
      )
      .optional()
      .describe('GitHub Pages: the branch that is published. Default `gh-pages`.'),
    websiteConfiguration: z
      .boolean()
      .optional()
      .describe('S3: sets the index and error page of the bucket as a website. Default false.'),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .optional()
      .describe('S3: where the site is seen, such as the address of a CDN in front of it.'),
    checksums: z
      .boolean()
      .optional()
      .describe('S3: whether checksum headers are sent. Default true; some older servers refuse them.'),
    freePlan: z
      .boolean()
      .optional()
      .describe('Vercel: whether the limits of the free plan are counted beforehand. Default true.'),
  })
  .describe('The settings of the platform.')
export type Settings = z.infer<typeof Settings>

const target = {
  platform: PlatformName,
  integrationId: z.string().min(1).max(200).describe('The integration that it signs in with, by id or name.'),
  project: PlainText(300).describe(
    'Vercel: the name of the project. Netlify: the name or id of the site. GitHub Pages: `owner/repository`. S3: a folder of the bucket, `/` for all of it.',
  ),
  source: Source,
  production: z.boolean().optional().meta({
    description:
      'Whether to replace the public site. Otherwise, it is a preview, if the platform has previews.',
    default: false,
  }),
  settings: Settings.optional(),
}

export const WhenBusy = z.enum(['queue', 'replace']).meta({
  description:
    'How an active deployment of the project and environment is handled: `queue` waits for it, `replace` cancels it.',
  default: 'queue',
})

export const CreateDeployment = z
  .strictObject({
    ...target,
    message: LongText(2_000).optional().describe('A description of the change.'),
    whenBusy: WhenBusy.optional(),
  })
  .meta({
    id: 'CreateDeployment',
    examples: [
      {
        platform: 'netlify',
        integrationId: 'Netlify',
        project: 'docs-example',
        source: { zip: 'builds/docs.zip', base: 'dist' },
        production: true,
      },
    ],
  })
export type CreateDeployment = z.infer<typeof CreateDeployment>

export const FollowDeployment = z
  .strictObject({
    message: LongText(2_000).optional().describe('Default: that of the earlier deployment.'),
    whenBusy: WhenBusy.optional(),
  })
  .default({})
  .meta({ id: 'FollowDeployment' })
export type FollowDeployment = z.infer<typeof FollowDeployment>

export const PlanDeployment = z.strictObject(target).meta({
  id: 'PlanDeployment',
  examples: [{ platform: 'aws-s3', integrationId: 'Bucket', project: '/', source: { prefix: 'site/' } }],
})
export type PlanDeployment = z.infer<typeof PlanDeployment>

const DeploymentError = z.strictObject({ code: z.string(), message: z.string() })

export const Deployment = z
  .strictObject({
    id: z.string(),
    platform: PlatformName,
    project: z.string(),
    integrationId: z.string(),
    environment: Environment,
    action: z.enum(DEPLOYMENT_ACTIONS).describe('The requested action.'),
    status: Status,
    url: z.string().nullable().describe('Where it is seen.'),
    aliases: z.array(z.string()).describe('Other addresses of it.'),
    platformId: z.string().nullable().describe('The id at the platform.'),
    source: z.unknown().describe('The source of the files.'),
    settings: Settings,
    message: z.string(),
    files: z.strictObject({
      total: z.int(),
      changed: z.int().describe('Those that the platform did not have, or that are to be removed there.'),
      sent: z.int().describe('How many of the changed files have been uploaded.'),
      bytes: z.int().describe('Of all files.'),
    }),
    warnings: z.array(z.string()),
    runId: z.string().describe('The run that does the work.'),
    basedOn: z.string().nullable().describe('The deployment that it redeploys, promotes or goes back to.'),
    rollbackOf: z.string().nullable().describe('The deployment that a rollback goes back to.'),
    error: DeploymentError.nullable(),
    createdBy: z.string().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    readyAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    durationMs: z.int().nullable().describe('From its creation to its end.'),
  })
  .meta({ id: 'Deployment' })
export type Deployment = z.infer<typeof Deployment>

export const DeploymentPage = pageOf(Deployment).meta({ id: 'DeploymentPage' })

export const ListDeployments = listQuery(['-createdAt', 'createdAt'], {
  platform: PlatformName.optional().describe('Only of this platform.'),
  project: PlainText(300).optional().describe('Only of this project, in exactly this spelling.'),
  environment: Environment.optional().describe('Only production, or only previews.'),
  integrationId: z.string().max(100).optional().describe('The id of an integration.'),
  status: commaList(z.array(Status), 100).optional().describe('One status, or several separated by commas.'),
  from: z.iso.datetime({ offset: true }).optional().describe('Created at this time or later.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Created before this time.'),
})
export type ListDeployments = z.infer<typeof ListDeployments>

export const DeploymentLogLine = z
  .strictObject({
    seq: z.int(),
    at: z.iso.datetime(),
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    file: z.string().optional(),
    bytes: z.int().optional(),
  })
  .meta({ id: 'DeploymentLogLine' })
export type DeploymentLogLine = z.infer<typeof DeploymentLogLine>

export const DeploymentLogPage = pageOf(DeploymentLogLine).meta({ id: 'DeploymentLogPage' })
export const ListDeploymentLogs = listQuery(['seq', '-seq'], {})
export type ListDeploymentLogs = z.infer<typeof ListDeploymentLogs>

export const DeploymentFile = z
  .strictObject({
    path: z.string(),
    sizeBytes: z.int(),
    contentType: z.string(),
    sha256: z.string(),
    state: z
      .enum(FILE_STATES)
      .describe(
        '`same`: the platform had it. `send`, `sending`, `sent`: it is sent. `removed`: it was there before, and is deleted.',
      ),
  })
  .meta({ id: 'DeploymentFile' })
export type DeploymentFile = z.infer<typeof DeploymentFile>

export const DeploymentFilePage = pageOf(DeploymentFile).meta({ id: 'DeploymentFilePage' })
export const ListDeploymentFiles = listQuery(['path'], {})
export type ListDeploymentFiles = z.infer<typeof ListDeploymentFiles>

export const MAX_PLANNED = 1_000

export const DeploymentPlan = z
  .strictObject({
    platform: PlatformName,
    project: z.string(),
    environment: Environment,
    files: z.strictObject({
      total: z.int(),
      bytes: z.int(),
      upload: z.int(),
      uploadBytes: z.int(),
      unchanged: z.int(),
      remove: z.int(),
    }),
    changes: z
      .array(
        z.strictObject({ change: z.enum(['add', 'update', 'remove']), path: z.string(), sizeBytes: z.int() }),
      )
      .describe(`The changed files, by path; the first ${MAX_PLANNED}.`),
    warnings: z.array(z.string()),
    refusals: z.array(DeploymentError).describe('The reasons why it would fail. Empty if there are none.'),
  })
  .meta({ id: 'DeploymentPlan' })
export type DeploymentPlan = z.infer<typeof DeploymentPlan>

export const DeploymentPlatform = z
  .strictObject({
    platform: PlatformName,
    name: z.string(),
    integrationTypes: z.array(z.string()).describe('Integrations that can be used.'),
    project: z.string().describe('What `project` names.'),
    settings: z.array(z.string()).describe('The settings that it takes.'),
    settingsSchema: z.record(z.string(), z.unknown()).describe('A JSON Schema of these settings.'),
    previews: z.boolean(),
    promotes: z.boolean().describe('Whether a preview becomes the public site without being sent again.'),
    rollsBack: z.enum(['without-upload', 'with-upload']),
    limits: z.strictObject({ files: z.int(), fileBytes: z.int(), bytes: z.int() }),
    notes: z.array(z.string()),
  })
  .meta({ id: 'DeploymentPlatform' })
export type DeploymentPlatform = z.infer<typeof DeploymentPlatform>

export const DeploymentPlatforms = pageOf(DeploymentPlatform).meta({ id: 'DeploymentPlatforms' })

export const DeleteDeploymentQuery = z.strictObject({
  keepRemote: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Keeps the published files.'),
})
