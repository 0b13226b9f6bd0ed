// Labels of jobs and costs: names and values that users choose.
import * as z from 'zod'
import { PlainText } from '../../http/text.ts'

export const MAX_LABELS = 50
/** Cloud providers allow keys of 128 and values of 256 characters. */
export const LABEL_KEY_CHARS = 128
const LABEL_VALUE_CHARS = 256

const Value = z.string().max(LABEL_VALUE_CHARS)

export const Labels = z
  .record(PlainText(LABEL_KEY_CHARS), Value)
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, { message: `at most ${MAX_LABELS} labels` })
export type Labels = Record<string, string>

/** A filter: `key` matches everything with the label, `key=value` only this value. */
export const LabelFilter = z
  .string()
  .min(1)
  .max(LABEL_KEY_CHARS + 1 + LABEL_VALUE_CHARS)
  .describe('`key`, or `key=value`. The first "=" ends the key.')
