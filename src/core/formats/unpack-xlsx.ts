// Unpacks an XLSX file within bounds. The sizes in a zip directory may be false, so what comes out is counted. The result is the same
// workbook as a zip that is not compressed: the library that reads it would unpack large parts in a Web Worker, which this runtime lacks.

export type XlsxBounds = { maxBytes: number; maxRows: number }

/** `fault` says why the file cannot be read. */
export type UnpackedXlsx = { fault: string; workbook: null } | { fault: null; workbook: ArrayBuffer }

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const MAX_COMMENT = 65_535 + 22
const HEADER_BYTES = 30
const ENTRY_BYTES = 46
const END_BYTES = 22
/** Deflate expands a byte to at most this many. */
const MAX_RATIO = 1_032
const SLACK_BYTES = 64
const STORED = 0
const DEFLATED = 8

type Entry = {
  name: string
  nameBytes: Uint8Array
  method: number
  isLocked: boolean
  data: Uint8Array
  sizeBytes: number
}

const no = (fault: string): UnpackedXlsx => ({ fault, workbook: null })

export async function unpackXlsx(
  bytes: Uint8Array,
  { maxBytes, maxRows }: XlsxBounds,
): Promise<UnpackedXlsx> {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf)
    return no('The workbook has a password or is in an older format than XLSX')
  const entries = entriesOf(bytes)
  if (entries === null) return no('The file is not an XLSX file')
  const tooLarge = no(`An unpacked XLSX file can have at most ${maxBytes} bytes`)
  if (entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > maxBytes) return tooLarge
  const oversized = entries.find(
    ({ data, sizeBytes }) => sizeBytes > MAX_RATIO * data.byteLength + SLACK_BYTES,
  )
  // Checked before memory is allocated for it.
  if (oversized !== undefined) return no(`${oversized.name} does not have the size that the file says`)
  const zip = storedZip(entries.filter(({ name }) => isRead(name)))
  let total = 0
  for (const entry of entries) {
    const { name, method, isLocked, data, sizeBytes } = entry
    if (isLocked) return no('The workbook has a password')
    if (method !== STORED && method !== DEFLATED) return no(`${name} uses an unsupported compression method`)
    const rows = /^xl\/worksheets\/[^/]+\.xml$/.test(name) ? rowCounter() : null
    const place = zip.placeOf(entry)
    let size = 0
    try {
      for await (const chunk of unpacked(data, method)) {
        total += chunk.byteLength
        if (total > maxBytes) return tooLarge
        if (rows !== null && rows(chunk) > maxRows)
          return no(
            `Row ${maxRows + 1} of ${name} is above the limit: a sheet can have at most ${maxRows} rows`,
          )
        if (place !== null && size + chunk.byteLength <= sizeBytes) zip.bytes.set(chunk, place + size)
        size += chunk.byteLength
      }
    } catch {
      return no(`${name} cannot be unpacked`)
    }
    if (place !== null && size !== sizeBytes) return no(`${name} does not have the size that the file says`)
  }
  return { fault: null, workbook: zip.bytes.buffer }
}

/** Whether the reader needs this part. It ignores pictures, printer settings and the like. */
const isRead = (name: string): boolean => /\.(xml|rels)$/.test(name)

/** An uncompressed zip with space for these entries. Its reader ignores checksums, so they are left out. */
function storedZip(entries: readonly Entry[]) {
  const places = new Map<Entry, number>()
  let size = 0
  for (const entry of entries) {
    size += HEADER_BYTES + entry.nameBytes.length
    places.set(entry, size)
    size += entry.sizeBytes
  }
  const directory = size
  for (const { nameBytes } of entries) size += ENTRY_BYTES + nameBytes.length
  const bytes = new Uint8Array(new ArrayBuffer(size + END_BYTES))
  const view = new DataView(bytes.buffer)
  let at = directory
  for (const [{ nameBytes, sizeBytes }, place] of places) {
    const local = place - nameBytes.length - HEADER_BYTES
    view.setUint32(local, LOCAL, true)
    view.setUint32(local + 18, sizeBytes, true)
    view.setUint32(local + 22, sizeBytes, true)
    view.setUint16(local + 26, nameBytes.length, true)
    bytes.set(nameBytes, local + HEADER_BYTES)
    view.setUint32(at, ENTRY, true)
    view.setUint32(at + 20, sizeBytes, true)
    view.setUint32(at + 24, sizeBytes, true)
    view.setUint16(at + 28, nameBytes.length, true)
    view.setUint32(at + 42, local, true)
    bytes.set(nameBytes, at + ENTRY_BYTES)
    at += ENTRY_BYTES + nameBytes.length
  }
  view.setUint32(size, END, true)
  view.setUint16(size + 8, entries.length, true)
  view.setUint16(size + 10, entries.length, true)
  view.setUint32(size + 12, size - directory, true)
  view.setUint32(size + 16, directory, true)
  return { bytes, placeOf: (entry: Entry): number | null => places.get(entry) ?? null }
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
    if (at + ENTRY_BYTES > bytes.byteLength || view.getUint32(at, true) !== ENTRY) return null
    const nameBytes = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + view.getUint16(at + 28, true))
    const local = view.getUint32(at + 42, true)
    if (local + HEADER_BYTES > bytes.byteLength) return null
    const from = local + HEADER_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    entries.push({
      name: new TextDecoder().decode(nameBytes),
      nameBytes,
      method: view.getUint16(at + 10, true),
      isLocked: (view.getUint16(at + 8, true) & 1) === 1,
      data: bytes.subarray(from, from + view.getUint32(at + 20, true)),
      sizeBytes: view.getUint32(at + 24, true),
    })
    at += ENTRY_BYTES + nameBytes.length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

function endOf(view: DataView): number | null {
  const least = Math.max(0, view.byteLength - MAX_COMMENT)
  for (let at = view.byteLength - 22; at >= least; at--) if (view.getUint32(at, true) === END) return at
  return null
}
