// Reads untrusted YAML. Invariants:
// 1. Time and memory are linear in the text. The parser gets one token at a time and stops at the first sign of nesting
//    deeper than a definition can be. Its quadratic search for duplicate keys is switched off. Positions are looked up in the
//    list of line starts. Each lexeme is slow to parse, so their number is limited.
// 2. Aliases are rejected: a few lines of them can expand to gigabytes, or refer to themselves.
// 3. Never throws.
import {
  Composer,
  type Document,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type ParsedNode,
  Parser,
} from 'yaml'
import type { Result } from '../../../core/result.ts'
import { err, ok } from '../../../core/result.ts'
import { LIMITS } from '../../../engine/model/definition.ts'
import type { Problem } from '../../../engine/model/problem.ts'

/** How much the parser keeps open while it reads: two entries for each level, and a few for the current one. */
const MAX_OPEN = LIMITS.depth * 4

const MAX_ERRORS = 20

/** A definition of the maximum size, written with one value per line, has about 400,000. */
const MAX_LEXEMES = 500_000

/** An indented definition takes more space than the same definition as JSON. */
const MAX_CHARS = 2 * LIMITS.definitionBytes

export function readYaml(text: string): Result<unknown, Problem[]> {
  if (text.length > MAX_CHARS)
    return err([problem('definition.too_large', `The YAML is longer than ${MAX_CHARS} characters`)])
  try {
    return read(text)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'unknown reason'
    return err([problem('definition.bad_yaml', `The YAML cannot be read: ${reason}`)])
  }
}

function read(text: string): Result<unknown, Problem[]> {
  const lines = new LineCounter()
  const tokens = tokensOf(text, lines)
  if (!tokens.ok) return tokens
  const composer = new Composer({ schema: 'core', uniqueKeys: false, logLevel: 'silent' })
  const [document] = composer.compose(tokens.value, true, text.length)
  if (document === undefined) return ok(null)
  if (document.errors.length > 0) {
    const found = document.errors.slice(0, MAX_ERRORS)
    return err(found.map(({ message, pos }) => badYaml(message, lines, pos[0])))
  }
  const twice = duplicateKeys(document, lines)
  if (twice.length > 0) return err(twice)
  return ok(document.toJS({ maxAliasCount: 0 }))
}

type Tokens = Parameters<Composer['compose']>[0] extends Iterable<infer Token> ? Token[] : never

function tokensOf(text: string, lines: LineCounter): Result<Tokens, Problem[]> {
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  const tokens: Tokens = []
  let lexemes = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > MAX_LEXEMES)
      return err([problem('definition.too_large', 'The YAML has more values than a definition can have')])
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') return err([badYaml(token.message, lines, token.offset)])
      tokens.push(token)
    }
    if (parser.stack.length > MAX_OPEN)
      return err([problem('definition.too_deep', `Nested deeper than ${LIMITS.depth} levels`)])
  }
  tokens.push(...parser.end())
  if (tokens.filter((token) => token.type === 'document').length > 1)
    return err([problem('definition.bad_yaml', 'The text contains more than one YAML document')])
  return ok(tokens)
}

/** Without this check, the last of two equal keys would silently win. */
function duplicateKeys(document: Document.Parsed, lines: LineCounter): Problem[] {
  const found: Problem[] = []
  const waiting: (ParsedNode | null)[] = [document.contents]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (isSeq(node)) for (const item of node.items) waiting.push(item as ParsedNode)
    if (!isMap(node)) continue
    const keys = new Set<string>()
    for (const { key, value } of node.items) {
      waiting.push(value as ParsedNode | null)
      if (!isScalar(key)) continue
      const name = String(key.value)
      if (keys.has(name))
        found.push(badYaml(`The key "${name.slice(0, 80)}" appears twice`, lines, key.range?.[0]))
      if (found.length === MAX_ERRORS) return found
      keys.add(name)
    }
  }
  return found
}

const problem = (code: string, message: string): Problem => ({ path: '', code, message })

function badYaml(message: string, lines: LineCounter, offset: number | undefined): Problem {
  if (offset === undefined) return problem('definition.bad_yaml', message)
  const { line, col } = lines.linePos(offset)
  return problem('definition.bad_yaml', `${message} (line ${line}, column ${col})`)
}
