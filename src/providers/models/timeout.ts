/** Of a call whose rung names none: long answers of large models take minutes. */
export const DEFAULT_TIMEOUT_MS = 300_000
