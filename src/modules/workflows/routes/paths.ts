import { idPattern } from '../../../core/ids.ts'
import { MAX_DOCUMENT_DEPTH } from '../check/read-text.ts'

export const WORKFLOW_ID = `:id{${idPattern('wf')}}` as const
/** Accepts any key, so that the handler can report why a key is invalid. */
export const BY_KEY = '/by-key/:key'
export const VERSION = ':version{[0-9]+}' as const

const MIB = 1024 * 1024

/** Fits a definition of 1 MB with the fields around it. */
export const DEFINITION_BODY = { maxBytes: 2 * MIB, maxDepth: MAX_DOCUMENT_DEPTH }
/** A definition takes more space as indented JSON or YAML. */
export const DOCUMENT_BYTES = 4 * MIB
/** Validation accepts larger definitions than can be stored, to report that they are too large. */
export const VALIDATE_BYTES = 8 * MIB
