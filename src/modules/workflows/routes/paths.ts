import { idPattern } from '../../../core/ids.ts'
import { MAX_DOCUMENT_DEPTH } from '../check/read-text.ts'

export const WORKFLOW_ID = `:id{${idPattern('wf')}}` as const
/** Any key, so that one that no workflow may have is told what is wrong with it. */
export const BY_KEY = '/by-key/:key'
export const VERSION = ':version{[0-9]+}' as const

const MIB = 1024 * 1024

/** A definition of 1 MB must fit with what stands around it. */
export const DEFINITION_BODY = { maxBytes: 2 * MIB, maxDepth: MAX_DOCUMENT_DEPTH }
/** As indented JSON or YAML a definition takes more room. */
export const DOCUMENT_BYTES = 4 * MIB
/** Validating takes larger ones than may be stored, to say that they are too large. */
export const VALIDATE_BYTES = 8 * MIB
