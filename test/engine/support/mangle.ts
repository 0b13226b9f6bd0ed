import type { Random } from './random.ts'

type Box = Record<string, unknown> | unknown[]

/** Changes a JSON value in a few random places, in place. */
export function mangle(random: Random, root: Box): void {
  const boxes: Box[] = []
  const words: unknown[] = [null, -1, 0, 1e9, '', 'main', 'error', '{{ nodes.n0 }}', '{{ ', true, [], {}]
  const collect = (value: unknown) => {
    if (typeof value !== 'object' || value === null) words.push(value)
    else {
      boxes.push(value as Box)
      for (const inner of Object.values(value)) collect(inner)
    }
  }
  collect(root)
  const times = 1 + random.int(3)
  for (let i = 0; i < times; i++) {
    const box = random.pick(boxes)
    const keys = Object.keys(box)
    if (keys.length === 0) continue
    const key = random.pick(keys)
    const dice = random.next()
    const record = box as Record<string, unknown>
    if (dice < 0.2) delete record[key]
    else if (dice < 0.4 && Array.isArray(box)) box.push(structuredClone(record[key]))
    else if (dice < 0.5) record[random.pick(['each', 'when', 'undo', 'retry', 'xyz'])] = random.pick(words)
    else record[key] = random.pick(words)
  }
}
