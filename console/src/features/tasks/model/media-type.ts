// What a file with tasks is, by its name or its beginning.

export function mediaTypeOf(name: string, text: string): string {
  const begin = text.trimStart()[0]
  if (/\.(?:jsonl|ndjson)$/i.test(name)) return 'application/jsonl'
  if (/\.json$/i.test(name)) return 'application/json'
  if (/\.(?:csv|tsv)$/i.test(name)) return 'text/csv'
  return begin === '[' || begin === '{' ? 'application/json' : 'text/csv'
}
