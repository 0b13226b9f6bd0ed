import type { Machine } from '../limits.ts'
import { spend } from '../limits.ts'

// Combining marks, and the two halfwidth letters that normalization turns into marks.
const RUN_OF_MARKS = /[\p{M}\uff9e\uff9f]{2,}/gu

/**
 * Charges for ordering combining marks, which normalizing and comparing do. The time grows with the square of each
 * run of marks. Real text has few marks in a row, so it costs next to nothing.
 */
export function payMarks(machine: Machine, text: string, at: number): void {
  for (const [run] of text.matchAll(RUN_OF_MARKS)) spend(machine, run.length ** 2, at)
}
