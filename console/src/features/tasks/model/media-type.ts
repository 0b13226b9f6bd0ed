// What a file with tasks is, by its name or its beginning.

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** A workbook is not text. */
export const isWorkbook = (name: string): boolean => /\.xlsx$/i.test(name)

export function mediaTypeOf(name: string, text: string): string {
  if (isWorkbook(name)) return XLSX
  const begin = text.trimStart()[0]
  if (/\.(?:jsonl|ndjson)$/i.test(name)) return 'application/jsonl'
  if (/\.json$/i.test(name)) return 'application/json'
  if (/\.(?:csv|tsv)$/i.test(name)) return 'text/csv'
  return begin === '[' || begin === '{' ? 'application/json' : 'text/csv'
}
