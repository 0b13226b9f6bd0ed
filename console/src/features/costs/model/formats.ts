// The formats of exported costs.

export const FORMAT_LABELS = {
  csv: 'CSV with the columns of an import',
  focus: 'FOCUS 1.2 (CSV)',
  jsonl: 'JSON lines',
  xlsx: 'Excel, up to 100,000 rows',
} as const
export type Format = keyof typeof FORMAT_LABELS

export const ENDINGS: Record<Format, string> = {
  csv: 'csv',
  focus: 'focus.csv',
  jsonl: 'jsonl',
  xlsx: 'xlsx',
}
