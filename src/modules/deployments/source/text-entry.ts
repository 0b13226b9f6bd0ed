// A small file that is derived from the settings.
import { utf8 } from '../../../core/crypto.ts'
import type { SourceEntry } from './collect.ts'

export const textEntry = (path: string, text: string, contentType: string): SourceEntry => ({
  ...{ path, contentType, inlineText: text, sizeBytes: utf8(text).byteLength, sha256: null, crc: null },
  ...{ fileId: null, fileVersion: null, zipOffset: null, zipBytes: null, zipMethod: null },
})
