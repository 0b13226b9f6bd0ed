/** A place in a JSON document by RFC 6901: `/definition/nodes/0/params/url`. The whole document is the empty text. */
export type Pointer = '' | `/${string}`

export const pointerOf = (parts: readonly PropertyKey[]): Pointer =>
  parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') as Pointer

/** Its parts, as texts. */
export const pointerParts = (pointer: Pointer): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
