import { fail } from '../errors.ts'
import type { Machine } from '../limits.ts'
import { buildSlots, spend } from '../limits.ts'
import type { Callback, Method } from '../natives.ts'
import { functionArgument, methodTable, numberArgument, optionalNumber, optionalText } from '../natives.ts'
import { joinTexts } from '../values.ts'
import { concatLists, flatten } from './flatten.ts'
import { sortList } from './sort.ts'
import { unique } from './unique.ts'

type List = readonly unknown[]
type ListMethod = Method<List>

/** A method that calls its function for the items, in order, until the result is known. */
const each =
  (name: string, apply: (self: List, call: Callback) => unknown): ListMethod =>
  (_machine, self, args, at) =>
    apply(self, functionArgument(name, args, 0, at))

const find =
  (
    name: string,
    apply: (machine: Machine, self: List, value: unknown, from?: number) => unknown,
  ): ListMethod =>
  (machine, self, args, at) => {
    spend(machine, self.length >> 1, at)
    if (typeof args[0] === 'string') spend(machine, Math.floor((self.length * args[0].length) / 64), at)
    return apply(machine, self, args[0], optionalNumber(name, args, 1, at))
  }

function reduce(name: string, fromEnd: boolean): ListMethod {
  return (_machine, self, args, at) => {
    const call = functionArgument(name, args, 0, at)
    const last = self.length - 1
    let taken = 0
    let result = args[1]
    if (args.length < 2) {
      if (last < 0)
        fail('expression.type', at, `${name} of an empty list needs a start value`, 'a second argument')
      result = self[fromEnd ? last : 0]
      taken = 1
    }
    for (; taken <= last; taken++) {
      const index = fromEnd ? last - taken : taken
      result = call(result, self[index], index, self)
    }
    return result
  }
}

function copy(machine: Machine, self: List, at: number): unknown[] {
  buildSlots(machine, self.length, at)
  return self.slice()
}

function map(machine: Machine, self: List, args: readonly unknown[], at: number): unknown[] {
  const call = functionArgument('map', args, 0, at)
  buildSlots(machine, self.length, at)
  return self.map((value, index) => call(value, index, self))
}

const toReversed: ListMethod = (machine, self, _args, at) => copy(machine, self, at).reverse()

const listText: ListMethod = (machine, self, _args, at) => joinTexts(machine, self, ',', at, 0)

export const listMethods = methodTable<List>({
  at: (_machine, self, args, at) => self.at(optionalNumber('at', args, 0, at) ?? 0),
  concat: concatLists,
  entries: (machine, self, _args, at) => {
    buildSlots(machine, self.length * 5, at)
    return self.map((value, index) => [index, value])
  },
  every: each('every', (self, call) => self.every((value, index) => call(value, index, self))),
  filter: (machine, self, args, at) => {
    const call = functionArgument('filter', args, 0, at)
    buildSlots(machine, self.length, at)
    return self.filter((value, index) => call(value, index, self))
  },
  find: each('find', (self, call) => self.find((value, index) => call(value, index, self))),
  findIndex: each('findIndex', (self, call) => self.findIndex((value, index) => call(value, index, self))),
  findLast: each('findLast', (self, call) => self.findLast((value, index) => call(value, index, self))),
  findLastIndex: each('findLastIndex', (self, call) =>
    self.findLastIndex((value, index) => call(value, index, self)),
  ),
  flat: (machine, self, args, at) => {
    const result: unknown[] = []
    flatten(machine, self, optionalNumber('flat', args, 0, at) ?? 1, result, at)
    return result
  },
  flatMap: (machine, self, args, at) => {
    const result: unknown[] = []
    flatten(machine, map(machine, self, [functionArgument('flatMap', args, 0, at)], at), 1, result, at)
    return result
  },
  includes: find('includes', (_machine, self, value, from) => self.includes(value, from)),
  indexOf: find('indexOf', (_machine, self, value, from) => self.indexOf(value, from)),
  join: (machine, self, args, at) =>
    joinTexts(machine, self, optionalText('join', args, 0, at) ?? ',', at, 0),
  keys: (machine, self, _args, at) => {
    buildSlots(machine, self.length, at)
    return self.map((_, index) => index)
  },
  lastIndexOf: find('lastIndexOf', (_machine, self, value, from) =>
    from === undefined ? self.lastIndexOf(value) : self.lastIndexOf(value, from),
  ),
  map,
  reduce: reduce('reduce', false),
  reduceRight: reduce('reduceRight', true),
  reverse: toReversed,
  slice: (machine, self, args, at) => {
    const from = optionalNumber('slice', args, 0, at)
    const to = optionalNumber('slice', args, 1, at)
    buildSlots(machine, self.length, at)
    return self.slice(from, to)
  },
  some: each('some', (self, call) => self.some((value, index) => call(value, index, self))),
  sort: sortList('sort'),
  toReversed,
  toSorted: sortList('toSorted'),
  toString: listText,
  unique,
  values: (machine, self, _args, at) => copy(machine, self, at),
  with: (machine, self, args, at) => {
    const index = Math.trunc(numberArgument('with', args, 0, at))
    const place = index < 0 ? index + self.length : index
    if (!(place >= 0 && place < self.length)) {
      fail('expression.type', at, `the list has no item ${index}`, `an index below ${self.length}`)
    }
    const result = copy(machine, self, at)
    result[place] = args[1]
    return result
  },
})
