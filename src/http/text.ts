import * as z from 'zod'

/** Matches text without control characters, lone surrogates, line ends and characters that change the reading direction. */
const NEVER = String.raw`\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069`
const ONE_LINE = new RegExp(String.raw`^[^\p{Cc}\u2028\u2029${NEVER}]*$`, 'u')
const LINES = new RegExp(String.raw`^(?:[^\p{Cc}${NEVER}]|[\t\n\r])*$`, 'u')

/** Matches a visible character: not only spaces, joiners and fillers. */
const VISIBLE = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u

/**
 * A name. Names appear in mails and their subjects, so they are a single line of valid Unicode, without characters that change the
 * reading direction of the following text.
 */
export const PlainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    // Aborts early, because the next checks should not run on text of any length.
    .max(max, { abort: true })
    .regex(ONE_LINE, 'must be one line without control characters')
    .refine((text) => VISIBLE.test(text), 'must have a visible character')

/** A text with any number of lines. It is stored unchanged, so it must be valid Unicode. */
export const LongText = (max: number) =>
  z.string().trim().max(max, { abort: true }).regex(LINES, 'must be text without control characters')

/** An email address identifies an account, so it is normalised. */
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email())
