// Hosting of code and sites: Vercel, Netlify, GitHub and S3 stores.
import * as z from 'zod'
import {
  anySecret,
  bearer,
  getTest,
  hostOf,
  type IntegrationType,
  string,
  text,
  token,
  webUrl,
} from './type.ts'

const vercel: IntegrationType = {
  type: 'vercel',
  name: 'Vercel',
  help: 'An access token of Vercel. A token of a team names its scope when it is made.',
  helpUrl: 'https://vercel.com/account/settings/tokens',
  config: z.strictObject({
    teamId: text('The id of the team (team_…), where the token is for one.', 100).optional(),
    apiUrl: webUrl('Where its API is reached, where that is through a proxy of yours.').optional(),
  }),
  secrets: z.strictObject({ token: token('The access token.') }),
  hosts: ({ apiUrl: url }) => (url === undefined ? ['api.vercel.com'] : hostOf(url)),
  baseUrl: ({ apiUrl: url }) => string(url) || 'https://api.vercel.com',
  auth: (_config, secrets) => bearer(secrets.token),
  test: getTest(
    'Asks Vercel whose token it is.',
    ({ apiUrl: url }) => `${string(url) || 'https://api.vercel.com'}/v2/user`,
  ),
}

const NETLIFY_API = 'https://api.netlify.com/api/v1'

const netlify: IntegrationType = {
  type: 'netlify',
  name: 'Netlify',
  help: 'A personal access token of Netlify.',
  helpUrl: 'https://app.netlify.com/user/applications#personal-access-tokens',
  config: z.strictObject({
    apiUrl: webUrl(
      'Where its API is reached, ending in /api/v1, where that is through a proxy of yours.',
    ).optional(),
  }),
  secrets: z.strictObject({ token: token('The access token.') }),
  hosts: ({ apiUrl: url }) => (url === undefined ? ['api.netlify.com'] : hostOf(url)),
  baseUrl: ({ apiUrl: url }) => string(url) || NETLIFY_API,
  auth: (_config, secrets) => bearer(secrets.token),
  test: getTest('Asks Netlify whose token it is.', ({ apiUrl: url }) => `${string(url) || NETLIFY_API}/user`),
}

const GITHUB_API = 'https://api.github.com'
const GITHUB_HEADERS = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }

const apiUrl = webUrl('Of GitHub Enterprise Server: its API, ending in /api/v3.').optional()
const webhookSecret = token('The secret of its webhooks.').optional()

const githubBase: IntegrationType['baseUrl'] = ({ apiUrl: url }) => string(url) || GITHUB_API
const githubHosts: IntegrationType['hosts'] = ({ apiUrl: url }) =>
  url === undefined ? ['api.github.com', 'uploads.github.com'] : hostOf(url)

const github: IntegrationType = {
  type: 'github',
  name: 'GitHub token',
  help: 'A fine-grained or classic personal access token of GitHub.',
  helpUrl: 'https://github.com/settings/personal-access-tokens',
  config: z.strictObject({ apiUrl }),
  secrets: z.strictObject({ token: token('The access token.'), webhookSecret }),
  hosts: githubHosts,
  baseUrl: githubBase,
  auth: (_config, secrets) => bearer(secrets.token),
  test: {
    description: 'Asks GitHub whose token it is.',
    call: (config) => ({
      url: `${string(config.apiUrl) || GITHUB_API}/user`,
      method: 'GET',
      headers: GITHUB_HEADERS,
    }),
  },
  webhookSecret: 'webhookSecret',
}

const githubApp: IntegrationType = {
  type: 'github-app',
  name: 'GitHub App',
  help: 'An installation of a GitHub App. A token for an hour is fetched with the private key, and again when it has expired.',
  helpUrl: 'https://github.com/settings/apps',
  config: z.strictObject({
    appId: text('The id of the app, or its client id.', 100),
    installationId: z
      .string()
      .regex(/^\d{1,20}$/, 'digits')
      .describe('The id of the installation, from its URL.'),
    apiUrl,
  }),
  secrets: z.strictObject({
    privateKey: anySecret('The private key (PEM), as GitHub gives it for download.').refine(
      (pem) => /-----BEGIN (RSA )?PRIVATE KEY-----[\s\S]+-----END (RSA )?PRIVATE KEY-----/.test(pem),
      'a private key in PEM is expected',
    ),
    webhookSecret,
  }),
  hosts: githubHosts,
  baseUrl: githubBase,
  token: 'github-app',
  test: {
    description: 'Fetches a token and lists one repository of the installation.',
    call: (config) => ({
      url: `${string(config.apiUrl) || GITHUB_API}/installation/repositories?per_page=1`,
      method: 'GET',
      headers: GITHUB_HEADERS,
    }),
  },
  webhookSecret: 'webhookSecret',
}

/** The form of URLs for a bucket: `bucket.host/` or `host/bucket/`. */
export function bucketUrl({
  endpoint,
  region,
  bucket,
  pathStyle,
}: Readonly<Record<string, unknown>>): string {
  const base = new URL(string(endpoint) || `https://s3.${string(region)}.amazonaws.com`)
  if (pathStyle === true) return `${base.origin}/${string(bucket)}`
  base.hostname = `${string(bucket)}.${base.hostname}`
  return base.origin
}

const s3: IntegrationType = {
  type: 'aws-s3',
  name: 'AWS S3 and compatible stores',
  help: 'A bucket of AWS S3, or of a store that speaks its API: Cloudflare R2, MinIO, Backblaze B2, Wasabi and others. Requests are signed with AWS Signature Version 4.',
  helpUrl: 'https://console.aws.amazon.com/iam',
  config: z.strictObject({
    bucket: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket')
      .describe('The name of the bucket.'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{2,40}$/, 'a region such as eu-central-1')
      .describe('Its region; `auto` for Cloudflare R2.'),
    endpoint: webUrl(
      'Of a compatible store: its address, without the bucket. Default: that of AWS.',
    ).optional(),
    pathStyle: z.boolean().optional().describe('Whether the bucket is in the path instead of the host name.'),
  }),
  secrets: z.strictObject({
    accessKeyId: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9_.-]{3,200}$/, 'an access key id')
      .describe('The access key id.'),
    secretAccessKey: anySecret('The secret access key.', 500),
    sessionToken: token('Of temporary credentials: the session token.').optional(),
  }),
  hosts: (config) => hostOf(bucketUrl(config)),
  baseUrl: (config) => bucketUrl(config),
  signsRequests: true,
  test: getTest('Lists one object of the bucket.', (config) => `${bucketUrl(config)}?list-type=2&max-keys=1`),
}

export const SITE_TYPES = [vercel, netlify, github, githubApp, s3]
