// Compresses the text of a run that is stored as one row, to about a seventh, because its nodes have much text in common.
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** Rows of earlier releases contain uncompressed text. */
export type Packed = ArrayBuffer | string

/** Finds most repetitions. Higher levels take twice the time to save another tenth. */
const LEVEL = 3

export const pack = (text: string): ArrayBuffer =>
  new Uint8Array(deflateRawSync(text, { level: LEVEL })).buffer

export const unpack = (packed: Packed): string =>
  typeof packed === 'string' ? packed : inflateRawSync(packed).toString()
