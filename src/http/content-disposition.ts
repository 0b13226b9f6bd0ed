// RFC 6266: the name once for every client, in ASCII, and once in UTF-8 for those that read it.

export function contentDisposition(kind: 'attachment' | 'inline', filename: string): string {
  const ascii = filename
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '_')
    .replace(/["\\%/]/g, '_')
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeExtended(filename)}`
}

/** RFC 8187: all but the characters that may stand as they are. */
export const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
