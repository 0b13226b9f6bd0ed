// Which content is accepted as which type: hostile content with every extension, and deceptive names.
import { expect, test } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { fileName, numberedName } from '../../src/modules/files/name.ts'
import { inspectorFor } from '../../src/modules/files/types/inspect.ts'
import { EXTENSIONS, mayBeInline, typeOf } from '../../src/modules/files/types/table.ts'

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  new Uint8Array(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (c) => c.charCodeAt(0)) : part)),
  )

/** `ok`, or the code of the refusal. The content comes in pieces, so that no check depends on one chunk. */
function judge(name: string, content: Uint8Array, piece = 700): string {
  try {
    const inspector = inspectorFor(name)
    inspector.head(content.subarray(0, 8_192))
    for (let at = 0; at < content.length; at += piece) inspector.chunk(content.subarray(at, at + piece))
    inspector.end()
    return 'ok'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

const zeros = Array.from({ length: 300 }, () => 0)

const HOSTILE: Record<string, Uint8Array> = {
  'a page with a script': bytesOf('<!doctype html><script>alert(1)</script>'),
  'a Linux program': bytesOf([0x7f], 'ELF', zeros),
  'a Windows program': bytesOf('MZ', [0x90, 0, 3, 0, 0, 0], zeros),
  'a macOS program': bytesOf([0xcf, 0xfa, 0xed, 0xfe], zeros),
  'a Java class': bytesOf([0xca, 0xfe, 0xba, 0xbe], zeros),
  'a Windows shortcut': bytesOf([0x4c, 0, 0, 0, 1, 0x14, 2, 0], zeros),
  zeros: new Uint8Array(600),
}

const binary = EXTENSIONS.filter((extension) => !typeOf(extension)?.text)

test(`${Object.keys(HOSTILE).length} hostile contents with ${binary.length} binary extensions are all refused`, () => {
  const taken: string[] = []
  for (const extension of binary)
    for (const [what, content] of Object.entries(HOSTILE)) {
      const code = judge(`a.${extension}`, content)
      if (!['file.type_mismatch', 'file.forbidden_type'].includes(code))
        taken.push(`${what} as .${extension}: ${code}`)
    }
  expect(taken).toEqual([])
})

test('programs are refused as text too, and a page with another extension is at most text', () => {
  for (const extension of EXTENSIONS.filter((one) => typeOf(one)?.text)) {
    for (const what of Object.keys(HOSTILE).slice(1))
      expect([extension, what, judge(`a.${extension}`, HOSTILE[what] as Uint8Array)]).not.toEqual([
        extension,
        what,
        'ok',
      ])
    expect(mayBeInline(typeOf(extension)?.contentType ?? '')).toBe(false)
  }
})

const zipOf = (...names: string[]): Uint8Array =>
  bytesOf(...names.flatMap((name) => ['PK\x03\x04', zeros.slice(0, 26), name, zeros.slice(0, 50)]))

test('Office documents are distinguished by their parts in any order, and macros are found', () => {
  const parts = { docx: 'word/document.xml', xlsx: 'xl/workbook.xml', pptx: 'ppt/presentation.xml' }
  for (const [extension, part] of Object.entries(parts))
    for (const [other, foreign] of Object.entries(parts)) {
      const code = judge(`a.${extension}`, zipOf('[Content_Types].xml', '_rels/.rels', foreign))
      expect([extension, other, code]).toEqual([
        extension,
        other,
        part === foreign ? 'ok' : 'file.type_mismatch',
      ])
    }
  for (const piece of [1, 7, 64, 10_000]) {
    const late = zipOf(
      '[Content_Types].xml',
      'word/document.xml',
      ...Array.from({ length: 200 }, (_, i) => `x${i}`),
    )
    expect(judge('a.docx', late, piece)).toBe('ok')
    expect(
      judge('a.docx', bytesOf(...[Array.from(late), Array.from(zipOf('word/vbaProject.bin'))]), piece),
    ).toBe('file.forbidden_type')
  }
})

test('a tar is recognized by its checksum, MP3 by its frame, SVG by its element, JSON by its first character', () => {
  const header = new Uint8Array(1_024)
  header.set(bytesOf('hello.txt'))
  header.set(bytesOf('        '), 148)
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  header.set(bytesOf(sum.toString(8).padStart(6, '0'), [0], ' '), 148)
  expect(judge('a.tar', header)).toBe('ok')
  header[0] = 65
  expect(judge('a.tar', header)).toBe('file.type_mismatch')
  expect(judge('a.mp3', bytesOf([0xff, 0xfb, 0x90, 0x64], zeros))).toBe('ok')
  expect(judge('a.mp3', bytesOf([0xff, 0xfe], '<\0x\0'))).toBe('file.type_mismatch')
  expect(
    judge('a.svg', bytesOf('<?xml version="1.0"?><!-- x --><svg xmlns="…"></svg>'.replace('…', 'x'))),
  ).toBe('ok')
  expect(judge('a.svg', bytesOf('<?xml version="1.0"?><html></html>'))).toBe('file.type_mismatch')
  expect(judge('a.json', bytesOf('  {"a":1}'))).toBe('ok')
  expect(judge('a.json', bytesOf('<a/>'))).toBe('file.type_mismatch')
  expect(judge('a.txt', bytesOf([0xff, 0xfe], 'h\0i\0'))).toBe('ok')
  expect(judge('a.txt', bytesOf('caf', [0xe9]))).toBe('file.type_mismatch')
})

const BAD_NAMES = [
  '',
  ' ',
  '.',
  '..',
  '/',
  '/a.txt',
  'a.txt/',
  'a//b.txt',
  '../a.txt',
  'a/../b.txt',
  'a/./b.txt',
  'a/.../b.txt',
  '..\\a.txt',
  'C:\\a.txt',
  'a\0.txt',
  'a\n.txt',
  'a\r\n.txt',
  'a\t.txt',
  'a\u007f.txt',
  'a\u0085.txt',
  'a\u2028.txt',
  'a\u202egpj.exe',
  'a\u200f.txt',
  '\ud800.txt',
  ' a.txt',
  'a.txt ',
  'a/ b.txt',
  `${'é'.repeat(128)}.txt`,
  `${'x/'.repeat(600)}a.txt`,
]

test.each(BAD_NAMES)('the name %j is refused', (name) => {
  expect(() => fileName(name)).toThrow(AppError)
})

test('valid names are stored in NFC, and numbered without becoming too long', () => {
  expect(fileName('a\u0308/…/日本 (1).txt')).toBe('ä/…/日本 (1).txt')
  expect(numberedName('a/b.tar.gz', 2)).toBe('a/b.tar (2).gz')
  expect(numberedName('README', 1)).toBe('README (1)')
  const long = numberedName(`${'é'.repeat(125)}.txt`, 12)
  expect(new TextEncoder().encode(long).length).toBeLessThanOrEqual(255)
  expect(long).toMatch(/ \(12\)\.txt$/)
})
