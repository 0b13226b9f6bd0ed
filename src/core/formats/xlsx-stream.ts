// Writes a workbook in pieces, so it needs little memory whatever its size: one sheet after the other, row by row. Texts are text cells and
// never formulas. Dates are numbers with a date format, as spreadsheets store them.
import { DAY_MS } from '../clock.ts'
import { utf8 } from '../crypto.ts'
import { type ZipPart, zipStream } from './zip-stream.ts'

export type XlsxCell = string | number | Date | null
export type XlsxSheet = {
  name: string
  columns: readonly { name: string; width: number }[]
  /** Pages of rows. */
  rows: () => AsyncIterable<readonly (readonly XlsxCell[])[]>
}

/** The maximum length of a cell. */
const MAX_CELL = 32_767
const CUT = '… (cut)'
/** Spreadsheets count days from here. */
const DAY_ZERO = Date.UTC(1899, 11, 30)

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
/** 0 as it is, 1 a bold header, 2 a time. */
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`

/** Most texts need no change, and this is quick to find out. Surrogates may stand alone. */
const PLAIN = /^[\t\n !"#$%'-;=?-~\xa0-\ud7ff\ue000-\ufffd]*$/
/** Where spaces or line ends count. */
const SPACED = /^\s|\s$|[\n\t]| {2}/

/** Leaves out characters that XML forbids. Cuts a text that is too long, with a note. */
function textOf(text: string): string {
  if (text.length <= MAX_CELL && PLAIN.test(text)) return text
  const clean = text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '').toWellFormed()
  const short =
    clean.length <= MAX_CELL ? clean : `${clean.slice(0, MAX_CELL - CUT.length).toWellFormed()}${CUT}`
  return short.replace(/[&<>\r]/g, (c) => `&#${c.charCodeAt(0)};`)
}

const attribute = (text: string): string => textOf(text).replace(/"/g, '&#34;')

/** `A`, `Z`, `AA`. */
export function columnName(at: number): string {
  let name = ''
  for (let rest = at + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name
  return name
}

function cellXml(cell: XlsxCell, place: string, style: number): string {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return ''
  const look = style === 0 ? '' : ` s="${style}"`
  if (typeof cell === 'number') return `<c r="${place}"${look}><v>${cell}</v></c>`
  if (cell instanceof Date) return `<c r="${place}" s="2"><v>${(cell.getTime() - DAY_ZERO) / DAY_MS}</v></c>`
  const space = SPACED.test(cell) ? ' xml:space="preserve"' : ''
  return `<c r="${place}"${look} t="inlineStr"><is><t${space}>${textOf(cell)}</t></is></c>`
}

async function* sheetXml({ columns, rows }: XlsxSheet): AsyncGenerator<Uint8Array, undefined> {
  const names = columns.map((_, at) => columnName(at))
  const rowXml = (cells: readonly XlsxCell[], row: number, style = 0): string =>
    `<row r="${row}">${cells.map((cell, at) => cellXml(cell, `${names[at]}${row}`, style)).join('')}</row>`
  const widths = columns.map(
    ({ width }, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
  )
  const head = columns.map(({ name }) => name)
  yield utf8(
    `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData>${rowXml(head, 1, 1)}`,
  )
  let row = 1
  for await (const page of rows()) yield utf8(page.map((cells) => rowXml(cells, ++row)).join(''))
  yield utf8('</sheetData></worksheet>')
  return undefined
}

function* partsOf(sheets: readonly XlsxSheet[]): Generator<ZipPart, undefined> {
  const part = (name: string, text: string): ZipPart => ({ name, chunks: [utf8(`${XML}${text}`)] })
  const each = (xml: (n: number, sheet: XlsxSheet) => string) =>
    sheets.map((sheet, at) => xml(at + 1, sheet)).join('')
  const relations = (list: string) =>
    `<Relationships xmlns="${PACKAGE}/relationships">${list}</Relationships>`
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`
  const content = (path: string, type: string) =>
    `<Override PartName="/${path}" ContentType="${TYPE}.${type}+xml"/>`
  yield part(
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${content('xl/workbook.xml', 'sheet.main')}${content('xl/styles.xml', 'styles')}${each((n) => content(`xl/worksheets/sheet${n}.xml`, 'worksheet'))}</Types>`,
  )
  yield part('_rels/.rels', relations(relation('rId1', 'officeDocument', 'xl/workbook.xml')))
  yield part(
    'xl/workbook.xml',
    `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${each((n, { name }) => `<sheet name="${attribute(name)}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
  )
  yield part(
    'xl/_rels/workbook.xml.rels',
    relations(
      `${each((n) => relation(`rId${n}`, 'worksheet', `worksheets/sheet${n}.xml`))}${relation(`rId${sheets.length + 1}`, 'styles', 'styles.xml')}`,
    ),
  )
  yield { name: 'xl/styles.xml', chunks: [utf8(STYLES)] }
  for (const [at, sheet] of sheets.entries())
    yield { name: `xl/worksheets/sheet${at + 1}.xml`, chunks: sheetXml(sheet) }
  return undefined
}

/** A sheet is read after the sheets before it were written. */
export function xlsxStream(sheets: readonly XlsxSheet[]): ReadableStream<Uint8Array> {
  const pieces = zipStream(partsOf(sheets))
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => {
      await pieces.return(undefined)
    },
  })
}
