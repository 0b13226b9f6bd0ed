// What the first bytes of a file prove. Each check is a plain function of the head, which contains at least 8 KB or
// the whole file.

export type Signature = (head: Uint8Array) => boolean

/** As many bytes as any check needs. */
export const HEAD_BYTES = 8_192

const latin1 = new TextDecoder('latin1')

const bytesOf = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0))

/** Matches any of the prefixes at an offset. Text means its Latin-1 bytes. */
export const starts =
  (...beginnings: (string | number[])[]): Signature =>
  (head) =>
    beginnings.some((one) => matches(head, one, 0))

export const at =
  (offset: number, ...beginnings: (string | number[])[]): Signature =>
  (head) =>
    beginnings.some((one) => matches(head, one, offset))

export const either =
  (a: Signature, b: Signature): Signature =>
  (head) =>
    a(head) || b(head)

export const both =
  (a: Signature, b: Signature): Signature =>
  (head) =>
    a(head) && b(head)

function matches(head: Uint8Array, beginning: string | number[], offset: number): boolean {
  const bytes = typeof beginning === 'string' ? bytesOf(beginning) : beginning
  return head.length >= offset + bytes.length && bytes.every((byte, i) => head[offset + i] === byte)
}

export const zip: Signature = starts('PK\x03\x04')
export const anyZip: Signature = starts('PK\x03\x04', 'PK\x05\x06')

/** OpenDocument and EPUB store their type in an uncompressed first entry with the name `mimetype`. */
export const typedZip =
  (type: string): Signature =>
  (head) =>
    zip(head) &&
    latin1.decode(head.subarray(30, 38)) === 'mimetype' &&
    latin1.decode(head.subarray(38, 200)).includes(type)

/** ISO base media (MP4, HEIC, AVIF…): a box `ftyp` with the brands. */
export const brand =
  (...brands: string[]): Signature =>
  (head) => {
    if (!at(4, 'ftyp')(head)) return false
    const size = Math.min(head.length, new DataView(head.buffer, head.byteOffset).getUint32(0), 128)
    const named = latin1.decode(head.subarray(8, size))
    return brands.some((one) => named.includes(one))
  }

/** ID3v2 tags come before several kinds of audio. */
export const id3: Signature = starts('ID3')

/** A frame of MPEG audio, layer III, with a valid bit rate and sampling rate. */
export const mp3: Signature = (head) => {
  const [sync = 0, layer = 0, rates = 0] = head
  return (
    id3(head) || (sync === 0xff && (layer & 0xe6) === 0xe2 && rates >> 4 !== 15 && (rates & 0x0c) !== 0x0c)
  )
}

const TAR_BLOCK = 512

/** The checksum of the first header, which every tar file has. */
export const tar: Signature = (head) => {
  if (head.length < TAR_BLOCK) return false
  const stated = Number.parseInt(latin1.decode(head.subarray(148, 156)).replace(/\0/g, ' ').trim(), 8)
  let sum = 0
  for (let i = 0; i < TAR_BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (head[i] ?? 0)
  return sum === stated
}

/** Executable programs of any platform, whatever the name of the file is. */
export const program: Signature = (head) =>
  starts([0x7f, 0x45, 0x4c, 0x46], [0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf])(head) ||
  starts([0xce, 0xfa, 0xed, 0xfe], [0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe], 'dex\n')(head) ||
  (starts('MZ')(head) && head.subarray(0, 128).includes(0)) ||
  starts([0x4c, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00])(head)
