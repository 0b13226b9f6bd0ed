// AWS S3 and compatible stores. A deployment is a set of objects: changed ones are uploaded, pages last. Objects that
// are no longer published are deleted at the very end.
import { fromHex, toBase64, utf8 } from '../../../../core/crypto.ts'
import { hashNow } from '../../../../core/digest.ts'
import { AppError } from '../../../../core/errors.ts'
import { chunksOf } from '../../../../core/read-chunks.ts'
import type { SourceEntry } from '../../source/collect.ts'
import { MULTIPART_FROM_BYTES, PART_BYTES } from '../../source/digest.ts'
import { textEntry } from '../../source/text-entry.ts'
import type { PlatformAnswer, PlatformRequest } from '../answer.ts'
import type { OpenFile, Platform, Site, SiteFile } from '../platform.ts'
import { bodyOf } from '../shared.ts'
import { explainS3 } from './faults.ts'
import { changesOf, encodeKey, type Meta, metaOf, prefixOf } from './rules.ts'
import { bareEtag, completeBody, deleteBody, type Listed, readList, textOf, websiteBody } from './xml.ts'

const KEYS_A_DELETE = 1_000

export const awsS3: Platform = {
  id: 'aws-s3',
  name: 'AWS S3 and compatible stores',
  integrationTypes: ['aws-s3'],
  project:
    'A folder of the bucket that the integration names; `/` for all of it. Previews go to a folder of their own in it.',
  settings: ['headers', 'redirects', 'spaFallback', 'websiteConfiguration', 'url', 'checksums'],
  previews: true,
  limits: { files: 10_000, fileBytes: 500 * 1024 ** 2, bytes: 500 * 1024 ** 2 },
  notes: [
    'Objects that no deployment has put there are left alone.',
    'Of headers `Cache-Control` is set. Redirects are objects, so their paths hold no `*`, and they work where the bucket is a website.',
    'spaFallback needs websiteConfiguration, or the same rule in the CDN in front of the bucket.',
    'Files from 16 MB are sent in parts. A rule of the bucket that ends uploads which were never completed is a good idea.',
  ],
  digest: 'etag',
  uploadsAtOnce: 6,
  isSeenAtOnce: true,
  batch: { files: 100, bytes: 32 * 1024 ** 2 },
  judgeProject: (project) =>
    /(^|\/)\.\.?(\/|$)|\/\//.test(project) ? 'a folder without "." and ".." in it' : null,
  metaOf,

  complete: (entries, settings): SourceEntry[] => {
    const paths = new Set(entries.map(({ path }) => path))
    const redirects = (settings.redirects ?? [])
      .map(({ from }) => from.replace(/^\//, ''))
      .filter((path) => path !== '' && !path.includes('*') && !paths.has(path))
    return [...redirects.map((path) => textEntry(path, '', 'text/plain')), ...entries]
  },

  refusals: (site) => {
    const starred = (site.settings.redirects ?? []).find(({ from }) => from.includes('*'))
    return starred === undefined
      ? []
      : [
          {
            code: 'deployment.unsupported',
            message: `The redirect from ${starred.from} contains a *, which buckets do not support. List each path, or configure the redirect in the CDN.`,
          },
        ]
  },

  compare: async (site, files, published) => {
    const listed = await list(site)
    return { ...changesOf(files, listed, published), url: urlOf(site) }
  },

  isThere: async (site, file) => {
    const answer = await ask(site, { method: 'HEAD', url: objectUrl(site, file.path), also: [404] })
    const meta = JSON.parse(file.meta) as Meta
    const { etag = '', 'cache-control': cache, 'content-type': type } = answer.headers
    return (
      answer.status === 200 &&
      bareEtag(etag) === file.digest &&
      // Some servers do not store it.
      (cache === undefined || cache === meta.cache) &&
      (type === undefined || type.split(';')[0] === file.contentType)
    )
  },

  send: async (site, file, open) => {
    if (file.sizeBytes >= MULTIPART_FROM_BYTES) return sendInParts(site, file, open)
    await ask(site, {
      method: 'PUT',
      url: objectUrl(site, file.path),
      headers: { ...headersOf(file), ...checksumOf(site, file), 'x-amz-content-sha256': file.sha256 },
      body: bodyOf(file, open),
    })
  },

  publish: async (site, _files, removed) => {
    if (site.settings.websiteConfiguration === true) await setWebsite(site)
    await removePaths(site, removed)
    return { url: urlOf(site) }
  },

  check: async (site) => {
    await ask(site, { method: 'HEAD', url: objectUrl(site, 'index.html'), also: [404] })
    return { status: 'ready', url: urlOf(site) }
  },

  remove: async (site, { isPublished, paths }) => {
    if (isPublished) await removePaths(site, paths)
  },
}

/** A preview has its own folder, so that it never changes the public site. */
const folder = ({ project, environment, deployment }: Site): string =>
  environment === 'production'
    ? prefixOf(project)
    : `${prefixOf(project)}_previews/${String(deployment.state.preview ?? deployment.id)}/`

const objectUrl = (site: Site, path: string): string => `${site.baseUrl}/${encodeKey(folder(site) + path)}`

const ask = (site: Site, request: PlatformRequest): Promise<PlatformAnswer> =>
  site.call({ ...request, explain: explainS3(site.now) })

/** The bucket's own URL has no slash at its end, because some servers sign it that way. */
async function list(site: Site): Promise<Map<string, Listed>> {
  const prefix = folder(site)
  const listed = new Map<string, Listed>()
  for (let token: string | null = null; ; ) {
    const query = new URLSearchParams({ 'list-type': '2', 'max-keys': '1000', prefix })
    if (token !== null) query.set('continuation-token', token)
    // Some servers do not decode a plus.
    const { text } = await ask(site, {
      method: 'GET',
      url: `${site.baseUrl}?${String(query).replaceAll('+', '%20')}`,
    })
    const page = readList(text)
    for (const one of page.objects) listed.set(one.key.slice(prefix.length), one)
    if (page.next === null || page.next === token) return listed
    token = page.next
  }
}

function headersOf(file: SiteFile): Record<string, string> {
  const { cache, redirect } = JSON.parse(file.meta) as Meta
  return {
    'content-type': /^text\/|javascript$|json$|xml$/.test(file.contentType)
      ? `${file.contentType}; charset=utf-8`
      : file.contentType,
    'cache-control': cache,
    ...(redirect === undefined ? {} : { 'x-amz-website-redirect-location': redirect }),
  }
}

const checksumOf = ({ settings }: Site, { sha256 }: SiteFile): Record<string, string> =>
  settings.checksums === false ? {} : { 'x-amz-checksum-sha256': toBase64(fromHex(sha256)) }

async function sendInParts(site: Site, file: SiteFile, open: OpenFile): Promise<void> {
  const url = objectUrl(site, file.path)
  const begun = await ask(site, { method: 'POST', url: `${url}?uploads`, headers: headersOf(file) })
  const upload = textOf(begun.text, 'UploadId')
  if (upload === null)
    throw new AppError('deployment.platform_failed', {
      detail: 'The store began an upload in parts without an id.',
    })
  const id = encodeURIComponent(upload)
  try {
    const etags: string[] = []
    for await (const body of partsOf(await open())) {
      const { headers } = await ask(site, {
        method: 'PUT',
        url: `${url}?partNumber=${etags.length + 1}&uploadId=${id}`,
        body,
      })
      etags.push(headers.etag ?? '')
    }
    const done = await ask(site, { method: 'POST', url: `${url}?uploadId=${id}`, body: completeBody(etags) })
    // A store may respond with 200 and fail afterwards.
    if (done.text.includes('<Error>')) throw explainS3(site.now)(done) ?? failedParts()
  } catch (error) {
    await ask(site, { method: 'DELETE', url: `${url}?uploadId=${id}`, also: [404] }).catch(() => undefined)
    throw error
  }
}

const failedParts = (): AppError =>
  new AppError('deployment.platform_failed', {
    detail: 'The store could not put the parts of a file together.',
  })

async function* partsOf(content: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let part = new Uint8Array(PART_BYTES)
  let length = 0
  for await (const chunk of chunksOf(content)) {
    for (let at = 0; at < chunk.byteLength; ) {
      const piece = chunk.subarray(at, at + PART_BYTES - length)
      part.set(piece, length)
      length += piece.byteLength
      at += piece.byteLength
      if (length < PART_BYTES) continue
      yield part
      part = new Uint8Array(PART_BYTES)
      length = 0
    }
  }
  if (length > 0) yield part.subarray(0, length)
  return undefined
}

async function removePaths(site: Site, paths: readonly string[]): Promise<void> {
  const prefix = folder(site)
  for (let at = 0; at < paths.length; at += KEYS_A_DELETE) {
    const body = deleteBody(paths.slice(at, at + KEYS_A_DELETE).map((path) => prefix + path))
    const { text } = await ask(site, {
      method: 'POST',
      url: `${site.baseUrl}?delete`,
      headers: { 'content-type': 'application/xml', 'content-md5': toBase64(hashNow('md5', utf8(body))) },
      body,
    })
    const failed = /<Error>.*?<\/Error>/s.exec(text)?.[0]
    if (failed !== undefined)
      throw new AppError('deployment.platform_failed', {
        detail: `The store did not delete ${textOf(failed, 'Key') ?? 'a file'}: ${textOf(failed, 'Message') ?? textOf(failed, 'Code') ?? ''}`,
      })
  }
}

async function setWebsite(site: Site): Promise<void> {
  const prefix = folder(site)
  const error = site.settings.spaFallback === true ? 'index.html' : '404.html'
  const body = websiteBody('index.html', prefix + error)
  await ask(site, {
    method: 'PUT',
    url: `${site.baseUrl}?website`,
    headers: { 'content-type': 'application/xml', 'content-md5': toBase64(hashNow('md5', utf8(body))) },
    body,
  })
}

function urlOf(site: Site): string {
  const { settings, config, baseUrl } = site
  const path = encodeKey(folder(site))
  if (settings.url !== undefined)
    return site.environment === 'production'
      ? settings.url
      : `${settings.url.replace(/\/+$/, '')}/${path.slice(encodeKey(prefixOf(site.project)).length)}`
  if (settings.websiteConfiguration === true && config.endpoint === undefined)
    return `http://${String(config.bucket)}.s3-website.${String(config.region)}.amazonaws.com/${path}`
  return `${baseUrl}/${path}index.html`
}
