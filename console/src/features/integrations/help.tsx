import { partsOf } from './model/types.ts'

/** The text of a type, with the address of this installation. */
export function Help({ text }: { text: string }) {
  return (
    <>
      {partsOf(text.replaceAll('{PUBLIC_URL}', location.origin)).map((part, at) =>
        part.isCode ? (
          <code key={at} className="mono">
            {part.text}
          </code>
        ) : (
          <span key={at}>{part.text}</span>
        ),
      )}
    </>
  )
}
