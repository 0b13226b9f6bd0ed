// The text of a run that is kept as one row, compressed: most of it is the same for each node, so a seventh is left.
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Text in rows of before it was compressed. */
export type Packed = ArrayBuffer | string

/** The least that finds what repeats. More effort takes twice the time for a tenth. */
const LEVEL = 3

export const pack = (text: string): ArrayBuffer =>
  new Uint8Array(deflateRawSync(text, { level: LEVEL })).buffer

export const unpack = (packed: Packed): string =>
  typeof packed === 'string' ? packed : inflateRawSync(packed).toString()
