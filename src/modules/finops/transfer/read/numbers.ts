// Parses numbers as people and programs write them.
import { type Decimal, parseDecimal } from '../../../../core/money.ts'

export type DecimalMark = '.' | ','

const GROUPED = { '.': /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/, ',': /^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$/ }

/** `1234.5`, `1,234.5`, and with a decimal comma `1234,5` and `1.234,5`. Null if it is not a number. */
export function readDecimal(text: string, mark: DecimalMark): Decimal | null {
  const bare = text.trim().replace(/\s/g, '')
  const isGrouped = GROUPED[mark].test(bare)
  const ungrouped = isGrouped ? bare.replaceAll(mark === '.' ? ',' : '.', '') : bare
  if (mark === ',' && !isGrouped && ungrouped.includes('.')) return null
  return parseDecimal(mark === ',' ? ungrouped.replace(',', '.') : ungrouped)
}
