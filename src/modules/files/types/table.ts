// The accepted types of files, by extension. All others are refused, so that nothing is served as a type that was not
// checked.
import {
  anyZip,
  at,
  both,
  brand,
  either,
  id3,
  mp3,
  type Signature,
  starts,
  tar,
  typedZip,
  zip,
} from './signatures.ts'

export const FILE_KINDS = [
  'text',
  'code',
  'data',
  'document',
  'image',
  'audio',
  'video',
  'archive',
  'font',
] as const
export type FileKind = (typeof FILE_KINDS)[number]

export type FileType = {
  contentType: string
  kind: FileKind
  /** Text is checked by decoding all of it. `begins` is what must come first, after white space and a byte order mark. */
  text: boolean
  begins?: RegExp
  signature?: Signature
  /** Names inside a zip that indicate macros. */
  macros?: string[]
  /** The prefix of the name of an entry that the zip must contain. */
  part?: string
}

const table = new Map<string, FileType>()

function add(extensions: string, type: FileType): void {
  for (const extension of extensions.split(' ')) table.set(extension, type)
}
const text = (extensions: string, contentType: string, kind: FileKind = 'text', begins?: RegExp) =>
  add(extensions, { contentType, kind, text: true, ...(begins ? { begins } : {}) })
const binary = (
  extensions: string,
  contentType: string,
  kind: FileKind,
  signature: Signature,
  macros?: string[],
) => add(extensions, { contentType, kind, text: false, signature, ...(macros ? { macros } : {}) })

text('txt text log', 'text/plain')
text('md markdown', 'text/markdown')
text('rst tex', 'text/x-markup')
text('srt', 'application/x-subrip')
text('vtt', 'text/vtt', 'text', /^WEBVTT/)
text('ics', 'text/calendar')
text('vcf', 'text/vcard')
text('eml', 'message/rfc822')
text('csv', 'text/csv', 'data')
text('tsv', 'text/tab-separated-values', 'data')
text('json map', 'application/json', 'data', /^[[{"\d\-tfn]/)
text('geojson', 'application/geo+json', 'data')
text('jsonl ndjson', 'application/x-ndjson', 'data')
text('yaml yml', 'application/yaml', 'data')
text('toml', 'application/toml', 'data')
text('ini cfg conf properties', 'text/x-ini', 'data')
text('xml xsd xsl rss atom', 'application/xml', 'data', /^</)
text('ipynb', 'application/x-ipynb+json', 'code', /^\{/)
text('html htm', 'text/html', 'code')
text('css scss less', 'text/css', 'code')
text('js mjs cjs jsx', 'text/javascript', 'code')
text('ts tsx', 'text/x-typescript', 'code')
text('py', 'text/x-python', 'code')
text('rb', 'text/x-ruby', 'code')
text('go', 'text/x-go', 'code')
text('rs', 'text/x-rust', 'code')
text('java kt scala', 'text/x-java', 'code')
text('c h cpp cc hpp', 'text/x-c', 'code')
text('cs', 'text/x-csharp', 'code')
text('php', 'text/x-php', 'code')
text('swift', 'text/x-swift', 'code')
text('sh bash zsh', 'text/x-shellscript', 'code')
text('sql', 'application/sql', 'code')
text('lua r jl pl', 'text/x-script', 'code')
text('graphql proto', 'text/x-schema', 'code')
text('vue svelte', 'text/x-component', 'code')
text('diff patch', 'text/x-diff', 'code')
text('svg', 'image/svg+xml', 'image', /^<(?:svg[\s>]|(?:\?xml|!--|!DOCTYPE)[\s\S]*?<(?:[\w-]+:)?svg[\s>])/i)

binary('pdf', 'application/pdf', 'document', starts('%PDF-'))
binary('rtf', 'application/rtf', 'document', starts('{\\rtf'))
const OFFICE_MACROS = ['vbaProject.bin', 'xl/macrosheets/']
const officeDocument = (extension: string, type: string, part: string) =>
  add(extension, {
    contentType: `application/vnd.openxmlformats-officedocument.${type}`,
    kind: 'document',
    text: false,
    signature: zip,
    macros: OFFICE_MACROS,
    part,
  })
officeDocument('docx', 'wordprocessingml.document', 'word/document')
officeDocument('xlsx', 'spreadsheetml.sheet', 'xl/workbook')
officeDocument('pptx', 'presentationml.presentation', 'ppt/presentation')
const ODF_MACROS = ['Basic/script-lc.xml', 'Scripts/']
const openDocument = 'application/vnd.oasis.opendocument.'
for (const [extension, name] of [
  ['odt', 'text'],
  ['ods', 'spreadsheet'],
  ['odp', 'presentation'],
  ['odg', 'graphics'],
] as const)
  binary(extension, openDocument + name, 'document', typedZip(openDocument + name), ODF_MACROS)
binary('epub', 'application/epub+zip', 'document', typedZip('application/epub+zip'))

binary('png', 'image/png', 'image', starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
binary('jpg jpeg', 'image/jpeg', 'image', starts([0xff, 0xd8, 0xff]))
binary('gif', 'image/gif', 'image', starts('GIF87a', 'GIF89a'))
binary('webp', 'image/webp', 'image', both(starts('RIFF'), at(8, 'WEBP')))
binary('avif', 'image/avif', 'image', brand('avif', 'avis'))
binary('heic heif', 'image/heic', 'image', brand('heic', 'heix', 'mif1', 'msf1', 'hevc'))
binary('bmp', 'image/bmp', 'image', starts('BM'))
binary('tif tiff', 'image/tiff', 'image', starts([0x49, 0x49, 0x2a, 0], [0x4d, 0x4d, 0, 0x2a]))
binary('ico', 'image/vnd.microsoft.icon', 'image', starts([0, 0, 1, 0]))

binary('mp3', 'audio/mpeg', 'audio', mp3)
binary('wav', 'audio/wav', 'audio', both(starts('RIFF'), at(8, 'WAVE')))
binary('ogg oga opus', 'audio/ogg', 'audio', starts('OggS'))
binary('flac', 'audio/flac', 'audio', either(id3, starts('fLaC')))
binary('m4a', 'audio/mp4', 'audio', brand('M4A', 'mp42', 'isom'))
binary('aac', 'audio/aac', 'audio', either(id3, starts([0xff, 0xf1], [0xff, 0xf9])))
binary('mid midi', 'audio/midi', 'audio', starts('MThd'))
binary('mp4 m4v', 'video/mp4', 'video', brand('isom', 'iso', 'mp4', 'avc1', 'M4V', 'dash', 'MSNV'))
binary(
  'mov',
  'video/quicktime',
  'video',
  (head) => brand('qt  ')(head) || at(4, 'moov', 'mdat', 'wide')(head),
)
binary('webm', 'video/webm', 'video', starts([0x1a, 0x45, 0xdf, 0xa3]))
binary('mkv', 'video/x-matroska', 'video', starts([0x1a, 0x45, 0xdf, 0xa3]))
binary('avi', 'video/x-msvideo', 'video', both(starts('RIFF'), at(8, 'AVI ')))
binary('mpg mpeg', 'video/mpeg', 'video', starts([0, 0, 1, 0xba], [0, 0, 1, 0xb3]))
binary('ogv', 'video/ogg', 'video', starts('OggS'))

binary('zip', 'application/zip', 'archive', anyZip)
binary('gz tgz', 'application/gzip', 'archive', starts([0x1f, 0x8b, 0x08]))
binary('tar', 'application/x-tar', 'archive', tar)
binary('bz2', 'application/x-bzip2', 'archive', starts('BZh'))
binary('xz', 'application/x-xz', 'archive', starts([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))
binary('zst', 'application/zstd', 'archive', starts([0x28, 0xb5, 0x2f, 0xfd]))
binary('7z', 'application/x-7z-compressed', 'archive', starts([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]))
binary('rar', 'application/vnd.rar', 'archive', starts('Rar!\x1a\x07'))

binary('ttf', 'font/ttf', 'font', starts([0, 1, 0, 0], 'true'))
binary('otf', 'font/otf', 'font', starts('OTTO'))
binary('woff', 'font/woff', 'font', starts('wOFF'))
binary('woff2', 'font/woff2', 'font', starts('wOF2'))

binary('parquet', 'application/vnd.apache.parquet', 'data', starts('PAR1'))
binary('arrow', 'application/vnd.apache.arrow.file', 'data', starts('ARROW1'))
binary('avro', 'application/avro', 'data', starts('Obj\x01'))
binary('sqlite db', 'application/vnd.sqlite3', 'data', starts('SQLite format 3\0'))
binary('npy', 'application/x-npy', 'data', starts('\x93NUMPY'))
binary('wasm', 'application/wasm', 'code', starts('\0asm'))

/** Files that a double click would run, and documents with macros. */
const FORBIDDEN = new Set(
  (
    'exe dll com scr pif msi msp bat cmd ps1 psm1 vbs vbe jse wsf wsh hta lnk url reg cpl jar apk app dmg pkg deb rpm iso img ' +
    'so dylib elf bin run gadget chm docm dotm xlsm xltm xlam pptm potm ppam ppsm doc xls ppt'
  ).split(' '),
)

export const EXTENSIONS: readonly string[] = [...table.keys()]

export const extensionOf = (name: string): string => {
  const last = name.slice(name.lastIndexOf('/') + 1)
  const dot = last.lastIndexOf('.')
  return dot < 1 ? '' : last.slice(dot + 1).toLowerCase()
}

export const isForbiddenExtension = (extension: string): boolean => FORBIDDEN.has(extension)

export const typeOf = (extension: string): FileType | null => table.get(extension) ?? null

const KIND_BY_TYPE = new Map([...table.values()].map((type) => [type.contentType, type.kind]))

export const kindOf = (contentType: string): FileKind => KIND_BY_TYPE.get(contentType) ?? 'data'

export const typesOfKind = (kind: FileKind): string[] =>
  [...KIND_BY_TYPE].filter(([, one]) => one === kind).map(([contentType]) => contentType)

const INLINE = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/tiff',
  'image/vnd.microsoft.icon',
  'image/heic',
  'application/pdf',
])

/** Whether a browser may show it instead of saving it. SVG and HTML can run scripts, so they are never shown. */
export const mayBeInline = (contentType: string): boolean => INLINE.has(contentType)

export const isTextType = (contentType: string): boolean =>
  [...table.values()].some((type) => type.text && type.contentType === contentType)
