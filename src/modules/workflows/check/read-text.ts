import { findDuplicateKey } from '../../../core/duplicate-key.ts'
import { parseJson } from '../../../core/json.ts'
import { tellDuplicate } from '../../../core/our-json.ts'
import { err, type Result } from '../../../core/result.ts'
import { LIMITS } from '../../../engine/model/definition.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { readYaml } from './read-yaml.ts'

/** A definition may be as deep as it may be, and stand inside a document. */
export const MAX_DOCUMENT_DEPTH = LIMITS.depth + 4

/**
 * JSON or YAML, told apart by the text itself: what starts with a bracket is JSON. YAML would take broken JSON for
 * something else than was meant, such as NaN for a word.
 */
export function readText(text: string): Result<unknown, Problem[]> {
  const start = text.trimStart().charAt(0)
  if (start !== '{' && start !== '[') return readYaml(text)
  const parsed = parseJson(text, MAX_DOCUMENT_DEPTH)
  if (parsed.ok) {
    const key = findDuplicateKey(text)
    return key === null ? parsed : err([one('definition.bad_json', tellDuplicate(key))])
  }
  if (parsed.error === 'request.too_deep')
    return err([one('definition.too_deep', `Nested deeper than ${LIMITS.depth} levels`)])
  if (parsed.error === 'request.forbidden_key')
    return err([one('definition.not_json', '"__proto__", "constructor" and "prototype" cannot name a field')])
  return err([one('definition.bad_json', `The text is not JSON: ${jsonFault(text)}`)])
}

/** Files may name their JSON Schema for editors; to us it says nothing. */
export const withoutSchemaLink = ({
  $schema: _,
  ...rest
}: Record<string, unknown>): Record<string, unknown> => rest

const one = (code: string, message: string): Problem => ({ path: '', code, message })

function jsonFault(text: string): string {
  try {
    JSON.parse(text)
    return 'unknown reason'
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.slice(0, 200) : 'unknown reason'
  }
}
