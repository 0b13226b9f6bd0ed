const REPEAT = /\{(\d{1,4})(,(\d{0,4}))?\}/y

/**
 * Estimates the number of instructions of a pattern from its text alone. Repeat counts multiply, and compiling a few
 * characters that mean millions of instructions would take minutes.
 */
export function patternSize(source: string): number {
  const outer: number[] = []
  let size = 0
  let atom = 0
  const add = (one: number): void => {
    size += one
    atom = one
  }
  for (let i = 0; i < source.length; i++) {
    const char = source[i]
    if (char === '\\') {
      i = source[i + 2] === '{' ? endOf(source, i + 2, '}') : i + 1
      add(1)
    } else if (char === '[') {
      i = endOfClass(source, i)
      add(1)
    } else if (char === '(') {
      outer.push(size)
      size = 0
    } else if (char === ')') {
      const inner = size + 2
      size = outer.pop() ?? 0
      add(inner)
    } else if (char === '{') {
      REPEAT.lastIndex = i
      const counts = REPEAT.exec(source)
      if (counts === null) add(1)
      else {
        const times = Math.max(Number(counts[1]), Number(counts[3] || 0), 1)
        add(atom * times)
        i += counts[0].length - 1
      }
    } else add(1)
  }
  return outer.reduce((sum, one) => sum + one, size)
}

function endOf(source: string, from: number, mark: string): number {
  const end = source.indexOf(mark, from)
  return end === -1 ? source.length : end
}

function endOfClass(source: string, from: number): number {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === ']' && i > from + 1) return i
  }
  return source.length
}
