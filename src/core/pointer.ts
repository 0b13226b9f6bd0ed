/** A JSON Pointer (RFC 6901), such as `/definition/nodes/0/params/url`. The empty text refers to the whole document. */
export type Pointer = '' | `/${string}`

export const pointerOf = (parts: readonly PropertyKey[]): Pointer =>
  parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') as Pointer

/** The decoded segments of a pointer. */
export const pointerParts = (pointer: Pointer): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
