// The checksum of zip files.
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let crc = n
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})

/** Computes CRC-32 piece by piece. Start with 0. */
export function crc32(crc: number, bytes: Uint8Array): number {
  let next = ~crc >>> 0
  for (let at = 0; at < bytes.length; at++)
    next = (CRC_TABLE[(next ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (next >>> 8)
  return ~next >>> 0
}
