// Checks the size of an XLSX file before it is read. The sizes in a zip directory may be false, so the file is unpacked once in pieces,
// which are counted and dropped. The reader that follows holds the whole file in memory.

export type XlsxBounds = { maxBytes: number; maxRows: number }

const END = 0x06054b50
const ENTRY = 0x02014b50
const MAX_COMMENT = 65_535 + 22
const HEADER_BYTES = 30
const STORED = 0
const DEFLATED = 8

type Entry = { name: string; method: number; isLocked: boolean; data: Uint8Array; sizeBytes: number }

/** Returns the problem with the file; null if it can be read. */
export async function faultOfXlsx(
  bytes: Uint8Array,
  { maxBytes, maxRows }: XlsxBounds,
): Promise<string | null> {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    return 'The workbook has a password or is in an older format than XLSX'
  const entries = entriesOf(bytes)
  if (entries === null) return 'The file is not an XLSX file'
  const tooLarge = `An unpacked XLSX file can have at most ${maxBytes} bytes`
  if (entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > maxBytes) return tooLarge
  let total = 0
  for (const { name, method, isLocked, data } of entries) {
    if (isLocked) return 'The workbook has a password'
    if (method !== STORED && method !== DEFLATED) return `${name} uses an unsupported compression method`
    const rows = /^xl\/worksheets\/[^/]+\.xml$/.test(name) ? rowCounter() : null
    try {
      for await (const chunk of unpacked(data, method)) {
        total += chunk.byteLength
        if (total > maxBytes) return tooLarge
        if (rows !== null && rows(chunk) > maxRows)
          return `Row ${maxRows + 1} of ${name} is above the limit: a sheet can have at most ${maxRows} rows`
      }
    } catch {
      return `${name} cannot be unpacked`
    }
  }
  return null
}

async function* unpacked(data: Uint8Array, method: number): AsyncGenerator<Uint8Array, undefined> {
  if (method === STORED) {
    yield data
    return undefined
  }
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream()
  yield* stream.pipeThrough(new DecompressionStream('deflate-raw')) as unknown as AsyncIterable<Uint8Array>
  return undefined
}

/** Counts `<row` tags, including one that is split between two pieces. */
function rowCounter(): (chunk: Uint8Array) => number {
  const word = [0x3c, 0x72, 0x6f, 0x77]
  let [matched, rows] = [0, 0]
  return (chunk) => {
    let at = 0
    while (at < chunk.length) {
      if (matched === 0) {
        at = chunk.indexOf(0x3c, at)
        if (at < 0) break
      }
      const byte = chunk[at] ?? 0
      if (matched < word.length) matched = byte === word[matched] ? matched + 1 : byte === 0x3c ? 1 : 0
      else {
        if (byte <= 0x20 || byte === 0x3e || byte === 0x2f) rows++
        matched = 0
      }
      at++
    }
    return rows
  }
}

/** Null if the file is not a zip. */
function entriesOf(bytes: Uint8Array): Entry[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = endOf(view)
  if (end === null) return null
  const count = view.getUint16(end + 10, true)
  const entries: Entry[] = []
  let at = view.getUint32(end + 16, true)
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.byteLength || view.getUint32(at, true) !== ENTRY) return null
    const nameBytes = view.getUint16(at + 28, true)
    const local = view.getUint32(at + 42, true)
    if (local + HEADER_BYTES > bytes.byteLength) return null
    const from = local + HEADER_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes)),
      method: view.getUint16(at + 10, true),
      isLocked: (view.getUint16(at + 8, true) & 1) === 1,
      data: bytes.subarray(from, from + view.getUint32(at + 20, true)),
      sizeBytes: view.getUint32(at + 24, true),
    })
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

function endOf(view: DataView): number | null {
  const least = Math.max(0, view.byteLength - MAX_COMMENT)
  for (let at = view.byteLength - 22; at >= least; at--) if (view.getUint32(at, true) === END) return at
  return null
}
