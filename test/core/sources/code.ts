// A source with comments, texts and regular expressions blanked, so that only executed code is left. Line breaks
// stay.

const REGEX_MAY_FOLLOW = /(?:^|[([{,;:=!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void))\s*$/
const LINE_COMMENT = /\/\/[^\n]*/y
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y
const TEXT = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
/** From a backtick, or from the end of a substitution, to the next substitution or the closing backtick. */
const TEMPLATE_PART = /(?:[^\\`$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y

export function codeOf(source: string): string {
  let out = ''
  let at = 0
  /** The number of open braces in each enclosing template substitution. */
  const holes: number[] = []
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const [match] = pattern.exec(source) ?? []
    if (match === undefined) return null
    at += match.length
    out += match.replace(/[^\n]/g, ' ')
    return match
  }
  const takeTemplatePart = () => {
    if (take(TEMPLATE_PART)?.endsWith('{')) holes.push(0)
  }
  while (at < source.length) {
    if (take(LINE_COMMENT) ?? take(BLOCK_COMMENT) ?? take(TEXT)) continue
    if (source[at] === '/' && REGEX_MAY_FOLLOW.test(out.slice(-60)) && take(REGEX)) continue
    const c = source[at] ?? ''
    at++
    out += c
    if (c === '`') takeTemplatePart()
    else if (holes.length > 0 && c === '{') holes.push((holes.pop() ?? 0) + 1)
    else if (holes.length > 0 && c === '}') {
      const open = holes.pop() ?? 0
      if (open > 0) holes.push(open - 1)
      else takeTemplatePart()
    }
  }
  return out
}
