import { findDuplicateKey } from '../../../core/duplicate-key.ts'
import { parseJson } from '../../../core/json.ts'
import { describeDuplicate } from '../../../core/our-json.ts'
import { err, type Result } from '../../../core/result.ts'
import { LIMITS } from '../../../engine/model/definition.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { readYaml } from './read-yaml.ts'

/** The maximum depth of a definition, plus the document around it. */
export const MAX_DOCUMENT_DEPTH = LIMITS.depth + 4

/**
 * Reads JSON or YAML. Text that starts with a bracket is JSON: a YAML parser would accept some broken JSON and change its
 * meaning, for example read a word as NaN.
 */
export function readText(text: string): Result<unknown, Problem[]> {
  const start = text.trimStart().charAt(0)
  if (start !== '{' && start !== '[') return readYaml(text)
  const parsed = parseJson(text, MAX_DOCUMENT_DEPTH)
  if (parsed.ok) {
    const key = findDuplicateKey(text)
    return key === null ? parsed : err([one('definition.bad_json', describeDuplicate(key))])
  }
  if (parsed.error === 'request.too_deep')
    return err([one('definition.too_deep', `Nested deeper than ${LIMITS.depth} levels`)])
  if (parsed.error === 'request.forbidden_key')
    return err([one('definition.not_json', '"__proto__", "constructor" and "prototype" cannot name a field')])
  return err([one('definition.bad_json', `The text is not JSON: ${jsonFault(text)}`)])
}

/** Files may name their JSON Schema for editors. It is ignored here. */
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
