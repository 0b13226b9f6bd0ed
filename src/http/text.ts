import * as z from 'zod'

/**
 * A name of somebody or something. It stands in mails and their subjects, so it is one line, in Unicode that can be
 * encoded, and without the characters that make what follows read in another order than it is written.
 */
export const PlainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(
      /^[^\p{Cc}\p{Cs}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]*$/u,
      'must be one line without control characters',
    )
