import type { Call, Expression, Member, Pattern, RegexCall, RegexLiteral, Spread } from './ast.ts'
import type { Dialect } from './dialect.ts'
import { functionOf, functionPosition, namespaceOf, takesRegex } from './dialect.ts'
import { didYouMean, fail } from './errors.ts'
import { refuseForbidden } from './values.ts'

/** What an expression reads from its scope, so that the compiler can check it against the graph. */
export type References = {
  readonly nodes: { id: string; column: number }[]
  readonly names: Set<string>
  usesNodesDynamically: boolean
}

type Walk = { readonly dialect: Dialect; readonly references: References }

/** Finds all errors that need no data, and collects the references. */
export function analyse(tree: Expression, dialect: Dialect, references: References): void {
  visit({ dialect, references }, tree)
}

function visit(walk: Walk, node: Expression | Spread): void {
  switch (node.type) {
    case 'literal':
    case 'local':
      return
    case 'name':
      visitName(walk, node.name, node.at)
      return
    case 'text':
      for (const value of node.values) visit(walk, value)
      return
    case 'array':
      for (const item of node.items) visit(walk, item)
      return
    case 'object':
      for (const entry of node.entries) {
        if ('type' in entry) visit(walk, entry)
        else {
          if (typeof entry.key === 'string') refuseForbidden(entry.key, entry.keyAt)
          else visit(walk, entry.key)
          visit(walk, entry.value)
        }
      }
      return
    case 'unary':
    case 'spread':
    case 'chain':
      visit(walk, node.value)
      return
    case 'binary':
      visit(walk, node.left)
      if (node.operator === '-') refuseDashedName(walk, node.left, node.right)
      visit(walk, node.right)
      return
    case 'logic':
      visit(walk, node.left)
      visit(walk, node.right)
      return
    case 'choice':
      visit(walk, node.test)
      visit(walk, node.yes)
      visit(walk, node.no)
      return
    case 'member':
      visitMember(walk, node)
      return
    case 'call':
      visitCall(walk, node)
      return
    case 'arrow':
      for (const parameter of node.parameters) visitPattern(walk, parameter)
      visit(walk, node.body)
      return
    case 'regex':
    case 'regexOf':
      fail(
        'expression.forbidden',
        node.at,
        'a regular expression is not allowed here',
        'text.match(…), replace, replaceAll or split, or .test(text) behind it',
      )
  }
}

function visitName(walk: Walk, name: string, at: number): void {
  const { dialect, references } = walk
  if (!dialect.names.has(name)) refuseName(dialect, name, at)
  references.names.add(name)
  // A member of `nodes` with a fixed name never comes here.
  if (name === 'nodes') references.usesNodesDynamically = true
}

function refuseName(dialect: Dialect, name: string, at: number): never {
  if (dialect.functions.has(name)) {
    fail('expression.forbidden', at, `"${name}" is a function and can only be called`, `${name}(…)`)
  }
  if (dialect.namespaces.has(name)) {
    fail('expression.forbidden', at, `"${name}" is not a value`, `${name}.something(…)`)
  }
  const known = [...dialect.names, ...dialect.functions.keys(), ...dialect.namespaces.keys()]
  const expected = `one of ${[...dialect.names].join(', ')}`
  fail(
    'expression.unknown_name',
    at,
    `there is no "${name.slice(0, 60)}"${didYouMean(name, known)}`,
    expected,
  )
}

// `nodes.my-node` parses as a subtraction. Reporting the missing name would not explain the mistake.
function refuseDashedName(walk: Walk, left: Expression, right: Expression): void {
  let first: Expression = right
  while (first.type === 'member' || first.type === 'chain') {
    first = first.type === 'member' ? first.object : first.value
  }
  const isAttached = left.type === 'member' && first.at === left.end + 1
  if (!isAttached || first.type !== 'name' || walk.dialect.names.has(first.name)) return
  const message = `there is no "${first.name}"; a name with a dash is written in brackets`
  fail('expression.unknown_name', first.at, message, '["my-node"]')
}

function visitMember(walk: Walk, node: Member): void {
  if (typeof node.key === 'string') refuseForbidden(node.key, node.keyAt)
  const space = namespaceOf(walk.dialect, node.object)
  if (space !== undefined) {
    const name = node.object.type === 'name' ? node.object.name : ''
    if (typeof node.key === 'string' && space.constants.has(node.key)) return
    if (typeof node.key === 'string' && space.functions.has(node.key)) {
      fail(
        'expression.forbidden',
        node.keyAt,
        `"${name}.${node.key}" can only be called`,
        `${name}.${node.key}(…)`,
      )
    }
    refuseMember(name, space.functions.keys(), node)
  }
  if (node.object.type === 'name' && node.object.name === 'nodes') {
    const id = fixedKey(node.key)
    if (id !== undefined && walk.dialect.names.has('nodes')) {
      walk.references.nodes.push({ id, column: node.keyAt + 1 })
      walk.references.names.add('nodes')
      return
    }
  }
  visit(walk, node.object)
  if (typeof node.key !== 'string') visit(walk, node.key)
}

/** The key if it is known before evaluation. Brackets with a plain template literal count too. */
export function fixedKey(key: string | Expression): string | undefined {
  if (typeof key === 'string') return key
  return key.type === 'text' && key.values.length === 0 ? key.texts[0] : undefined
}

function refuseMember(space: string, known: Iterable<string>, node: Member): never {
  const name = typeof node.key === 'string' ? node.key : '[…]'
  const hint =
    space === 'Math' && name === 'random'
      ? '; an expression must give the same answer every time'
      : didYouMean(name, known)
  fail('expression.unknown_method', node.keyAt, `"${space}" has no "${name.slice(0, 60)}"${hint}`)
}

function visitCall(walk: Walk, node: Call): void {
  const { dialect } = walk
  const { callee } = node
  if (functionOf(dialect, callee) === undefined) visitCallee(walk, callee)
  const takesFunction = functionPosition(dialect, callee)
  let isShifted = false
  node.items.forEach((item, index) => {
    if (item.type === 'spread') isShifted = true
    const isFunction =
      item.type === 'arrow' || (item.type !== 'spread' && functionOf(dialect, item) !== undefined)
    const isPlace = takesFunction === index && !isShifted
    if (isFunction && !isPlace) {
      fail('expression.forbidden', item.at, 'a function is not allowed here', 'a value')
    }
    const isMissing = item.type === 'literal' && item.value === undefined
    if (takesFunction === index && !isFunction && !isMissing) {
      fail('expression.type', item.at, 'a function is needed here', 'such as x => x.id')
    }
    if (index === 0 && takesRegex(callee) && isRegexNode(item)) visitRegex(walk, item)
    else if (item.type === 'arrow' || !isFunction) visit(walk, item)
  })
}

function visitCallee(walk: Walk, callee: Expression): void {
  const { dialect } = walk
  if (callee.type === 'name') {
    if (dialect.names.has(callee.name)) {
      fail('expression.forbidden', callee.at, `"${callee.name}" is a value and cannot be called`)
    }
    if (dialect.namespaces.has(callee.name)) {
      fail('expression.forbidden', callee.at, `"${callee.name}" itself cannot be called`)
    }
    const hint = didYouMean(callee.name, dialect.functions.keys())
    fail('expression.unknown_name', callee.at, `there is no function "${callee.name.slice(0, 60)}"${hint}`)
  }
  if (callee.type !== 'member') {
    fail('expression.forbidden', callee.at, 'only built-in functions and methods can be called')
  }
  const { key } = callee
  if (typeof key !== 'string') {
    fail('expression.forbidden', callee.keyAt, 'a method is called by its name', '.name(…)')
  }
  refuseForbidden(key, callee.keyAt)
  const space = namespaceOf(dialect, callee.object)
  if (space !== undefined) {
    refuseMember(callee.object.type === 'name' ? callee.object.name : '', space.functions.keys(), callee)
  }
  if (isRegexNode(callee.object) && dialect.methods.regex.has(key)) {
    visitRegex(walk, callee.object)
    return
  }
  const tables = Object.values(dialect.methods)
  if (!tables.some((table) => table.has(key))) {
    const names = tables.flatMap((table) => [...table.keys()])
    fail(
      'expression.unknown_method',
      callee.keyAt,
      `there is no method "${key.slice(0, 60)}"${hintFor(key, names)}`,
    )
  }
  visit(walk, callee.object)
}

const CHANGES = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'fill', 'copyWithin', 'set', 'delete'])
const PATTERNS = new Set(['matchAll', 'search', 'exec'])

function hintFor(name: string, names: Iterable<string>): string {
  if (CHANGES.has(name)) return '; values never change, make a new one as in [...list, value]'
  if (PATTERNS.has(name)) return '; regular expressions have match, test, replace and split'
  if (name === 'hasOwnProperty') return '; use Object.hasOwn(object, key)'
  if (name === 'forEach') return '; it gives no value, use map'
  return didYouMean(name, names)
}

const isRegexNode = (node: Expression | Spread): node is RegexLiteral | RegexCall =>
  node.type === 'regex' || node.type === 'regexOf'

/** The parts of a regular expression. Only called where one is allowed. */
function visitRegex(walk: Walk, node: RegexLiteral | RegexCall): void {
  if (node.type === 'regex') return
  visit(walk, node.source)
  if (node.flags !== undefined) visit(walk, node.flags)
}

function visitPattern(walk: Walk, pattern: Pattern): void {
  if (pattern.type === 'default') {
    visitPattern(walk, pattern.pattern)
    visit(walk, pattern.value)
  }
  if (pattern.type === 'array') for (const item of pattern.items) visitPattern(walk, item)
  if (pattern.type !== 'object') return
  for (const property of pattern.properties) {
    refuseForbidden(property.key, property.keyAt)
    visitPattern(walk, property.pattern)
  }
}
