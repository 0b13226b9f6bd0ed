import * as z from 'zod'

/** Control characters, halves of characters, line ends, and what makes the text behind it read in another order. */
const NEVER = String.raw`\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069`
const ONE_LINE = new RegExp(String.raw`^[^\p{Cc}\u2028\u2029${NEVER}]*$`, 'u')
const LINES = new RegExp(String.raw`^(?:[^\p{Cc}${NEVER}]|[\t\n\r])*$`, 'u')

/** Something that can be seen: not only spaces, joiners and fillers. */
const VISIBLE = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

/**
 * A name of somebody or something. It stands in mails and their subjects, so it is one line, in Unicode that can be
 * encoded, and without the characters that make what follows read in another order than it is written.
 */
export const PlainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    // What follows need not be fit for a text of any length.
    .max(max, { abort: true })
    .regex(ONE_LINE, 'must be one line without control characters')
    .refine((text) => VISIBLE.test(text), 'must have a character that can be seen')

/** A text of several lines, or none. It is given back as it came, so it is Unicode that can be kept. */
export const LongText = (max: number) =>
  z.string().trim().max(max, { abort: true }).regex(LINES, 'must be text without control characters')

/** An address is an identity: however it is typed, it is one account. */
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email())
