// The output of models so far, for calls that are not recorded yet. For followers of the run. Invariants:
// 1. It is only in memory. The recorded outcome of a call replaces it, and a repeated call starts again.
// 2. It is kept as one text per part of an answer. So a slow reader gets longer pieces, and the run never waits.
// 3. Secrets that come in several pieces are hidden too: if the run has secrets, the end of a text is held back while
//    it may contain part of one.
import type { ModelDelta, RunDelta } from '../../../src/objects/run-events.ts'

/** If one answer is longer, the rest is only shown with its outcome. */
const MAX_CHARS = 1_000_000
/** If there are secrets, a text is searched again only after this many new characters. */
const SCAN_CHARS = 256

export type Hider = { hide: (text: string) => string; longest: number }

type Part = Omit<ModelDelta, 'text'> & { text: string }
type Raw = { text: string; scanned: number }
type Answer = { attempt: number; parts: Part[]; raw: Raw[]; chars: number }

/** How far a reader has read: the part, and the character in it. */
export type Place = Map<string, { attempt: number; part: number; chars: number }>

export function openPartials(hiderOf: () => Hider | null) {
  const answers = new Map<string, Answer>()

  function answerOf(path: string, attempt: number): Answer {
    const known = answers.get(path)
    if (known?.attempt === attempt) return known
    const made: Answer = { attempt, parts: [], raw: [], chars: 0 }
    answers.set(path, made)
    return made
  }

  function grow(answer: Answer, { text, ...of }: ModelDelta): void {
    const last = answer.parts.at(-1)
    if (last === undefined || last.kind !== of.kind || last.id !== of.id) {
      reveal(answer, 0)
      answer.parts.push({ ...of, text: '' })
      answer.raw.push({ text: '', scanned: 0 })
    }
    const raw = answer.raw.at(-1)
    const part = answer.parts.at(-1)
    if (raw === undefined || part === undefined) return
    raw.text += text
    answer.chars += text.length
    const hider = hiderOf()
    if (hider === null) part.text = raw.text
    else if (raw.text.length - raw.scanned >= SCAN_CHARS) reveal(answer, hider.longest)
  }

  /** Shows the newest part except its last characters. */
  function reveal(answer: Answer, heldBack: number): void {
    const raw = answer.raw.at(-1)
    const part = answer.parts.at(-1)
    const hider = hiderOf()
    if (raw === undefined || part === undefined || hider === null) return
    raw.scanned = raw.text.length
    const shown = hider.hide(raw.text)
    const whole = shown.slice(0, Math.max(part.text.length, shown.length - heldBack))
    if (whole.startsWith(part.text)) part.text = whole
  }

  return {
    add(path: string, attempt: number, delta: ModelDelta): void {
      const answer = answerOf(path, attempt)
      if (answer.chars < MAX_CHARS) grow(answer, delta)
    },
    /** The outcome of the call is recorded, or the call is over. */
    drop: (path: string): void => void answers.delete(path),
    clear: (): void => answers.clear(),
    isEmpty: (): boolean => answers.size === 0,
    /** Returns what is new, and advances the position. */
    after(place: Place): RunDelta[] {
      const deltas: RunDelta[] = []
      for (const path of place.keys()) if (!answers.has(path)) place.delete(path)
      for (const [path, { attempt, parts }] of answers) {
        const known = place.get(path)
        const at = known?.attempt === attempt ? known : { attempt, part: 0, chars: 0 }
        for (; at.part < parts.length; at.part++, at.chars = 0) {
          const { text, ...of } = parts[at.part] as Part
          if (text.length > at.chars)
            deltas.push({ type: 'delta', path, attempt, ...of, text: text.slice(at.chars) })
          at.chars = text.length
          if (at.part === parts.length - 1) break
        }
        place.set(path, at)
      }
      return deltas
    },
  }
}
