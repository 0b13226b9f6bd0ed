// RFC 6266: the name in ASCII for every client, and in UTF-8 for clients that support it.

export function contentDisposition(kind: 'attachment' | 'inline', filename: string): string {
  const ascii = filename
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '_')
    .replace(/["\\%/]/g, '_')
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeExtended(filename)}`
}

/** RFC 8187: encodes all characters except those allowed unencoded. */
export const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
