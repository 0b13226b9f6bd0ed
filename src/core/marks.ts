// Combining marks in texts that others send. To normalize a text is to put each run of marks in order, which takes time that grows
// with the square of the run: some thousand marks on one letter would keep everybody waiting. No language has more than a few.

export const MAX_MARKS = 30

/** Also the two halfwidth letters that become marks. */
const LONG_RUN = new RegExp(String.raw`[\p{M}\uff9e\uff9f]{${MAX_MARKS + 1}}`, 'u')

export const hasLongMarks = (text: string): boolean => LONG_RUN.test(text)

/** In NFC, to be looked for among what is kept so. A text that is kept nowhere stays as it is. */
export const toNfc = (text: string): string => (hasLongMarks(text) ? text : text.normalize('NFC'))
