// Limits combining marks in untrusted text. Normalizing a text sorts each run of marks, in time quadratic in the length of the run:
// thousands of marks on one letter would block the isolate. No language uses more than a few.

export const MAX_MARKS = 30

/** Includes the two halfwidth letters that become marks. */
const LONG_RUN = new RegExp(String.raw`[\p{M}\uff9e\uff9f]{${MAX_MARKS + 1}}`, 'u')

export const hasLongMarks = (text: string): boolean => LONG_RUN.test(text)

/** Normalizes to NFC, for comparison with stored text. Text that is not stored stays unchanged. */
export const toNfc = (text: string): string => (hasLongMarks(text) ? text : text.normalize('NFC'))
