import { Glyph } from '../../../ui/glyph.tsx'
import { toneOf } from '../../../ui/status.ts'
import type { Place } from '../model/live.ts'
import { sentenceOf } from '../model/now.ts'
import { useRunNow, useRunView } from '../run-view.ts'
import styles from './panel.module.css'

/** The current state of the step in one sentence. */
export function NowLine({ place, tries }: { place: Place | null; tries: number | undefined }) {
  const { live } = useRunView()
  const now = useRunNow()
  const sentence = sentenceOf(place, live, now, tries)
  if (sentence === null) return null
  return (
    <p className={styles.now} data-tone={toneOf(sentence.look)}>
      <Glyph status={sentence.look} />
      <span className="num" dir="auto">
        {sentence.text}
      </span>
    </p>
  )
}
