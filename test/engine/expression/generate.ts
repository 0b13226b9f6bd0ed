/** Creates random expressions that must have the same value in JavaScript and in the expression language. */
export function makeGenerator(random: () => number) {
  type Make = (depth: number) => string
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const whole = (below: number) => Math.floor(random() * below)
  // Names of parameters in scope, by the type of their values.
  const numbers: string[] = []
  const texts: string[] = []

  function within(names: string[], name: string, make: () => string): string {
    names.push(name)
    const made = make()
    names.pop()
    return made
  }

  // With the flag u, JavaScript counts characters like RE2.
  const regex = (flags = '') =>
    `${pick(['/a/', '/[a-z]+/', '/(l+)(o)?/', '/\\d*/', '/^.|x$/', '/(?<first>\\w)\\W/', '/b|(c)/', '/[^\\s]\\b/', '/./', '/(?:)/'])}${flags}u${pick(['', 'i', 's', 'm'])}`
  const REPLACEMENTS = ['"-"', '"<$&>"', '"$1$2"', '"$$"', `"$\`$'"`, '"$9"', '"$<first>"', '""']

  let counter = 0
  const fresh = () => pick(['x', 'now', 'workflow', `p${++counter % 3}`])

  const numberLeaf = () =>
    pick([
      () => String(whole(20)),
      () => String(Math.round(random() * 1000) / 8),
      () => pick(['0x1f', '1e3', '.5', '2.', '1_000', '0b101', 'NaN', 'Infinity']),
      () => pick(['input.a', 'input.b', 'input.zero', 'index', 'nodes.fetch.status', 'input["obj"].x']),
      () => `input.list[${whole(6)}]`,
      () => (numbers.length > 0 ? pick(numbers) : '3'),
    ])()

  const textLeaf = () =>
    pick([
      () => pick(['"a"', "'b c'", '""', '"\\u00e4\\n"', '`t`', "'it\\'s'", '"😀x"', '"}}"']),
      () =>
        pick(['input.s', 'input.t', 'input.empty', 'input.digits', 'input.words[1]', 'item.name', 'run.id']),
      () => (texts.length > 0 ? pick(texts) : '"z"'),
    ])()

  // A text argument that may be undefined is an error here, while JavaScript would search for "undefined".
  const textArgument = () =>
    random() < 0.5 ? pick(['"a"', '" "', "'l'", '""', 'input.digits']) : `String(${textLeaf()})`

  // Operands sometimes have no parentheses, so that precedence is tested too.
  const operand = (depth: number) => (random() < 0.5 ? numberLeaf() : `(${number(depth)})`)
  const chain: Make = (depth) => {
    let text = operand(depth)
    for (let i = whole(4); i >= 0; i--) text += ` ${pick(['+', '-', '*', '/', '%', '**'])} ${operand(depth)}`
    return text
  }

  function number(depth: number): string {
    if (depth <= 0) return numberLeaf()
    const d = depth - 1
    return pick<() => string>([
      numberLeaf,
      () => chain(d),
      () => chain(d),
      () => `${pick(['-', '+'])}(${number(d)})`,
      () => `(${bool(d)} ? ${number(d)} : ${number(d)})`,
      () => `(${number(d)} ${pick(['??', '||', '&&'])} ${number(d)})`,
      () => `Math.${pick(['abs', 'floor', 'round', 'ceil', 'trunc', 'sign', 'sqrt'])}(${number(d)})`,
      () => `Math.${pick(['max', 'min'])}(${number(d)}, ...${numberList(d)})`,
      () =>
        `(${text(d)}).${pick(['length', 'charCodeAt(0)', `indexOf(${textArgument()})`, `lastIndexOf(${textArgument()})`])}`,
      () => `Number(${text(d)})`,
      () => `parseInt(${text(d)}, 10)`,
      () => `parseFloat(${text(d)})`,
      () => `${numberList(d)}.reduce((a, b) => a ${pick(['+', '*', '-'])} b, ${numberLeaf()})`,
      () =>
        `${numberList(d)}.${pick(['length', `indexOf(${numberLeaf()})`, `at(${whole(5) - 2})`, `findIndex(v => v > ${numberLeaf()})`])}`,
      () => `${textList(d)}.length`,
      () => `(${bool(d)} + ${number(d)})`,
    ])()
  }

  function text(depth: number): string {
    if (depth <= 0) return textLeaf()
    const d = depth - 1
    return pick<() => string>([
      textLeaf,
      () => `(${text(d)} + ${primitive(d)})`,
      () => `(${primitive(d)} + ${text(d)} + ${primitive(d)})`,
      () => `\`a\${${primitive(d)}}b\${${text(d)}}\``,
      () => `(${text(d)}).${pick(['trim()', 'toUpperCase()', 'toLowerCase()', 'trimEnd()', 'toString()'])}`,
      () => `(${text(d)}).slice(${whole(6) - 3}${random() < 0.5 ? `, ${whole(6) - 2}` : ''})`,
      () => `(${text(d)}).substring(${whole(4)}, ${whole(6)})`,
      () => `(${text(d)}).repeat(${whole(3)})`,
      () => `(${text(d)}).${pick(['padStart', 'padEnd'])}(${whole(12)}, ${textArgument()})`,
      () => `(${text(d)}).${pick(['replace', 'replaceAll'])}(${textArgument()}, ${textArgument()})`,
      () => `(${text(d)}).replace(${regex(pick(['', 'g']))}, ${pick(REPLACEMENTS)})`,
      () => `(${text(d)}).replaceAll(${regex('g')}, ${pick(REPLACEMENTS)})`,
      () => `((${text(d)}).match(${regex()})?.[${whole(3)}] ?? "none")`,
      () => `String((${text(d)}).match(${regex()})?.groups?.first)`,
      () => `(${text(d)}).charAt(${whole(5)})`,
      () => `(${text(d)})[${whole(5)}]`,
      () => `String(${primitive(d)})`,
      () => `(${number(d)}).toString()`,
      () => `(${number(d)}).toFixed(${whole(4)})`,
      () => `${numberList(d)}.join(${textArgument()})`,
      () => `${textList(d)}.join("-")`,
      () => `typeof (${any(d)})`,
      () => `JSON.stringify(${any(d)})`,
      () => `encodeURIComponent(${textArgument()})`,
      () => `(${bool(d)} ? ${text(d)} : ${text(d)})`,
      () => `(${numberList(d)} + "")`,
    ])()
  }

  function bool(depth: number): string {
    if (depth <= 0) return pick(['true', 'false', 'input.flag', 'input.nil === null'])
    const d = depth - 1
    const compare = () => pick(['<', '<=', '>', '>=', '==', '!=', '===', '!=='])
    return pick<() => string>([
      () => `${operand(d)} ${compare()} ${operand(d)}`,
      () => `(${text(d)} ${compare()} ${text(d)})`,
      () => `(${primitive(d)} ${compare()} ${primitive(d)})`,
      () => `!(${any(d)})`,
      () => `!${number(0)}`,
      () => `(${bool(d)} ${pick(['&&', '||'])} ${bool(d)} ${pick(['&&', '||'])} ${bool(d)})`,
      () => `(${text(d)}).${pick(['includes', 'startsWith', 'endsWith'])}(${textArgument()})`,
      () => `${numberList(d)}.${pick(['some', 'every'])}(v => v > ${number(d)})`,
      () => `${numberList(d)}.includes(${number(d)})`,
      () => `Array.isArray(${any(d)})`,
      () => `${regex()}.test(String(${text(d)}))`,
      () => `("${pick(['x', 'y', 'q'])}" in input.obj)`,
      () => `Boolean(${any(d)})`,
      () => `isNaN(${number(d)})`,
    ])()
  }

  const primitive: Make = (depth) => pick([number, text, bool, () => pick(['null', 'undefined'])])(depth)

  function numberList(depth: number): string {
    if (depth <= 0) return pick(['input.list', '[1, 2, 3]', '[]', 'nodes.fetch.body.rows'])
    const d = depth - 1
    const name = fresh()
    return pick<() => string>([
      () => `[${number(d)}, ${number(d)}]`,
      () => `[...${numberList(d)}, ${number(d)},]`,
      () => `${numberList(d)}.map(${name} => ${within(numbers, name, () => number(d))})`,
      () =>
        `${numberList(d)}.map((${name}, i) => ${within(numbers, name, () => within(numbers, 'i', () => number(d)))})`,
      () => `${numberList(d)}.map((${name}, i, list, q = ${name} + ${number(d)}) => q)`,
      () => `input.items.map(({ nope = ${number(d)}, price: p = 1 }) => nope * p)`,
      () => `[[], [1]].map(([first = ${number(d)}, second = first] = []) => first - second)`,
      () => `${numberList(d)}.filter(${name} => ${within(numbers, name, () => bool(d))})`,
      () => `${numberList(d)}.slice(${whole(3)}, ${whole(5)})`,
      () => `${numberList(d)}.concat(${number(d)}, ${numberList(d)})`,
      () => `${numberList(d)}.toSorted(${pick(['', '(a, b) => a - b', '(a, b) => b - a'])})`,
      () => `${numberList(d)}.toReversed()`,
      () => `[${numberList(d)}, ${numberList(d)}].flat()`,
      () => `${numberList(d)}.flatMap(${name} => [${name}, ${within(numbers, name, () => number(d))}])`,
      () => `input.items.map(({ price, ...rest }) => price * ${within(numbers, 'price', () => operand(d))})`,
      () => `Array.from({ length: ${whole(4)} }, (_, k) => ${within(numbers, 'k', () => number(d))})`,
    ])()
  }

  function textList(depth: number): string {
    if (depth <= 0) return pick(['input.words', '["q", "r"]', 'Object.keys(input.obj)'])
    const d = depth - 1
    const name = fresh()
    return pick<() => string>([
      () => `(${text(d)}).split(${textArgument()})`,
      () => `(${text(d)}).split(${regex()}${random() < 0.3 ? `, ${whole(4)}` : ''}).map(String)`,
      () => `((${text(d)}).match(${regex('g')}) ?? [])`,
      () => `${textList(d)}.map(${name} => ${within(texts, name, () => text(d))})`,
      () =>
        `input.items.map(({ name, tags: [first] }) => name + first + ${within(texts, 'name', () => text(d))})`,
      () => `Object.entries(input.obj).map(([key, v]) => ${within(texts, 'key', () => text(d))})`,
      () => `${textList(d)}.toSorted()`,
      () => `[...(${text(d)})]`,
      () => `[${text(d)}, ${text(d)}]`,
    ])()
  }

  const path = () => {
    let made = pick([
      'input',
      'nodes',
      'prev',
      'input.obj',
      'input.items[0]',
      'input.nil',
      'vars.nope',
      'nodes["my-node"]',
    ])
    for (let i = whole(4); i > 0; i--) {
      made += pick([
        '.x',
        '.y',
        '?.z',
        '?.obj?.y',
        '.id',
        '["a b"]',
        '?.[0]',
        '.fetch.body',
        '.nope',
        '?.nope.deep',
      ])
    }
    return random() < 0.2 ? `(${made}).z` : made
  }

  function any(depth: number): string {
    if (depth <= 0) return path()
    const d = depth - 1
    return pick<() => string>([
      () => number(d),
      () => text(d),
      () => bool(d),
      () => numberList(d),
      () => textList(d),
      path,
      () =>
        `({ a: ${any(d)}, "b c": ${number(d)}, [${textArgument()} + "k"]: ${text(d)}, 7: 1, ...input.obj })`,
      () => `[${any(d)}, ...${textList(d)}, ${any(d)}]`,
      () => `(${path()} ?? ${any(d)})`,
      () => `input.items.find(x => x.id === ${number(d)})?.name`,
      () => `Object.fromEntries(${textList(d)}.map((k, i) => ["k" + k, i]))`,
    ])()
  }

  return any
}
