// The part of XML that S3 uses. Pure.

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

export const unescapeXml = (text: string): string =>
  text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (name[0] !== '#') return ENTITIES[name] ?? whole
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

export const escapeXml = (text: string): string =>
  text.replace(/[<>&"'\r\n\t]/g, (one) => `&#${one.charCodeAt(0)};`)

/** The text of the first element with this name. Null if there is none. */
export function textOf(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)
  return found === null ? null : unescapeXml(found[1] ?? '')
}

export type Listed = { key: string; etag: string; sizeBytes: number }
export type ListPage = { objects: Listed[]; next: string | null }

export function readList(xml: string): ListPage {
  const objects = [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, one = '']) => ({
    key: textOf(one, 'Key') ?? '',
    etag: bareEtag(textOf(one, 'ETag') ?? ''),
    sizeBytes: Number(textOf(one, 'Size') ?? 0),
  }))
  return {
    objects,
    next: textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : null,
  }
}

export const bareEtag = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '')

export const deleteBody = (keys: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${keys
    .map((key) => `<Object><Key>${escapeXml(key)}</Key></Object>`)
    .join('')}</Delete>`

export const completeBody = (etags: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${etags
    .map((etag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`)
    .join('')}</CompleteMultipartUpload>`

export const websiteBody = (index: string, error: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><WebsiteConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IndexDocument><Suffix>${escapeXml(index)}</Suffix></IndexDocument><ErrorDocument><Key>${escapeXml(error)}</Key></ErrorDocument></WebsiteConfiguration>`
