// The beginning of a chosen file, for looking at it before it is imported.

export type Start = {
  file: File
  /** Null if it is not text, such as Excel. */
  text: string | null
  /** The text is the whole file. */
  isWhole: boolean
}

const SHOWN_BYTES = 256 * 1024

export async function readStart(file: File): Promise<Start> {
  const head = new Uint8Array(await file.slice(0, SHOWN_BYTES).arrayBuffer())
  const isWhole = file.size <= SHOWN_BYTES
  if (head[0] === 0x1f && head[1] === 0x8b) return { file, ...(await unpackedStart(file)) }
  // A zip archive, like every Excel workbook.
  if (head[0] === 0x50 && head[1] === 0x4b) return { file, text: null, isWhole: false }
  return { file, text: decode(head), isWhole }
}

async function unpackedStart(file: File): Promise<{ text: string | null; isWhole: boolean }> {
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  let isWhole = false
  try {
    while (size < SHOWN_BYTES) {
      const { done, value } = await reader.read()
      isWhole = done
      if (done) break
      chunks.push(value)
      size += value.byteLength
    }
    await reader.cancel()
  } catch {
    return { text: null, isWhole: false }
  }
  return { text: decode(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())), isWhole }
}

function decode(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le').decode(head)
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be').decode(head)
  try {
    // The last character may be cut, which a stream allows.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
  } catch {
    return new TextDecoder('windows-1252').decode(head)
  }
}
