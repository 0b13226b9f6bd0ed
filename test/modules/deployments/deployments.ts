// Deployments for tests.
import { inject } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import type { Person } from '../../helpers/people.ts'
import { newIntegration } from '../integrations/integrations.ts'

export const PATH = '/api/v1/deployments'

export const platforms = (): string => inject('platforms')

let made = 0
/** A name that no other test uses. */
export const fresh = (): string => `site-${++made}-${crypto.randomUUID().slice(0, 8)}`

export const bucketOf = (as: Person, bucket: string) =>
  newIntegration(as, {
    type: 'aws-s3',
    config: { bucket, region: 'eu-central-1', endpoint: platforms(), pathStyle: true },
    secrets: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-access-key-7f3a' },
    allowedHosts: [new URL(platforms()).host],
  })

export async function upload(as: Person, name: string, content: BodyInit): Promise<{ id: string }> {
  const { status, body, text } = await call('POST', '/api/v1/files/upload', {
    as,
    raw: content,
    headers: {
      'x-filename': `UTF-8''${encodeURIComponent(name)}`,
      'content-type': 'application/octet-stream',
    },
  })
  if (status >= 300) throw new Error(`${name}: ${text}`)
  return body
}

export async function uploadSite(as: Person, folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) await upload(as, `${folder}/${path}`, content)
}

export type Deployed = {
  id: string
  status: string
  url: string | null
  runId: string
  files: { total: number; changed: number; sent: number; bytes: number }
  error: { code: string; message: string } | null
  [field: string]: any
}

export async function ended(as: Person, id: string): Promise<Deployed> {
  let now: Deployed | undefined
  await eventually(async () => {
    now = (await get(`${PATH}/${id}`, as)).body as Deployed
    if (!['ready', 'failed', 'cancelled'].includes(now.status)) throw new Error(`still ${now.status}`)
  })
  return now as Deployed
}

export async function deploy(as: Person, body: Record<string, unknown>): Promise<Deployed> {
  const answer = await post(PATH, as, body)
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  return ended(as, answer.body.id)
}

export type Seen = {
  calls: { method: string; path: string; status: number; digest?: string }[]
  contents: Record<string, number>
  /** The highest number of contents in progress at the same time. */
  atOnce: number
}

export const seenAt = async (place: string): Promise<Seen> =>
  (await fetch(`${platforms()}/_log/${place}`)).json()

type Account = 'vercel' | 'netlify' | 'github-pages'

/** An account of the platform, with a separate project for each test. */
export async function projectOf(as: Person, platform: Account) {
  const name = fresh()
  const type = platform === 'github-pages' ? 'github' : platform
  const apiUrl = {
    vercel: `${platforms()}/vercel/${name}`,
    netlify: `${platforms()}/netlify/${name}/api/v1`,
    'github-pages': `${platforms()}/github`,
  }[platform]
  const { id } = await newIntegration(as, {
    type,
    config: { apiUrl },
    secrets: { token: `${type}-token-7f3a` },
    allowedHosts: [new URL(platforms()).host],
  })
  const project = platform === 'github-pages' ? `acme/${name}` : name
  const place = platform === 'github-pages' ? `github/acme/${name}` : `${platform}/${name}`
  return {
    integrationId: id,
    project,
    place,
    body: { platform, integrationId: id, project, source: { prefix: name }, production: true },
    folder: name,
  }
}

export const failAt = async (place: string, fault: Record<string, unknown>): Promise<void> =>
  void (await fetch(`${platforms()}/_fault/${place}`, { method: 'POST', body: JSON.stringify(fault) }))
