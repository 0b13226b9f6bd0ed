// Shows Markdown that a model or somebody else has written. It is built from elements, never from HTML. Nothing is loaded by itself: images
// are links, and links open elsewhere without telling where they were followed.
import { memo, type ReactNode, useMemo } from 'react'
import { CopyButton } from '../kit/copy.tsx'
import { type Block, parseBlocks } from './blocks.ts'
import { type Inline, parseInline, plainText } from './inline.ts'
import styles from './markdown.module.css'

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseBlocks(text), [text])
  return (
    <div className={styles.markdown}>
      <Blocks blocks={blocks} />
    </div>
  )
})

const Blocks = ({ blocks }: { blocks: readonly Block[] }) =>
  blocks.map((block, at) => <OneBlock key={at} block={block} />)

function OneBlock({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p dir="auto">
          <Text text={block.text} />
        </p>
      )
    case 'heading':
      // The page and its parts have the levels above.
      return (
        <div dir="auto" role="heading" aria-level={Math.min(6, block.level + 2)} data-level={block.level}>
          <Text text={block.text} />
        </div>
      )
    case 'rule':
      return <hr />
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.blocks} />
        </blockquote>
      )
    case 'code':
      return <Code language={block.language} text={block.text} />
    case 'list':
      return <List list={block} />
    case 'table':
      return <Table table={block} />
  }
}

const Text = memo(function Text({ text }: { text: string }) {
  return <Inlines content={parseInline(text)} />
})

const Inlines = ({ content, isLinked = false }: { content: readonly Inline[]; isLinked?: boolean }) =>
  content.map((one, at) => <OneInline key={at} one={one} isLinked={isLinked} />)

function OneInline({ one, isLinked }: { one: Inline; isLinked: boolean }): ReactNode {
  switch (one.kind) {
    case 'text':
      return one.text
    case 'code':
      return <code>{one.text}</code>
    case 'break':
      return <br />
    case 'link':
      return isLinked ? (
        <Inlines content={one.content} isLinked />
      ) : (
        <Outside href={one.href}>
          {plainText(one.content) === '' ? one.href : <Inlines content={one.content} isLinked />}
        </Outside>
      )
    case 'image':
      return isLinked ? one.alt : <Outside href={one.href}>{`Image: ${one.alt || one.href}`}</Outside>
    default: {
      const Element = one.kind
      return (
        <Element>
          <Inlines content={one.content} isLinked={isLinked} />
        </Element>
      )
    }
  }
}

const Outside = ({ href, children }: { href: string; children: ReactNode }) => (
  <a className="link" href={href} title={href} target="_blank" rel="noopener noreferrer nofollow ugc">
    {children}
  </a>
)

const Code = ({ language, text }: { language: string; text: string }) => (
  <figure className={styles.code}>
    <figcaption>
      <span>{language}</span>
      <CopyButton text={text} label="Copy the code" />
    </figcaption>
    <pre tabIndex={0}>
      <code>{text}</code>
    </pre>
  </figure>
)

function List({ list: { isOrdered, start, items } }: { list: Extract<Block, { kind: 'list' }> }) {
  const content = items.map(({ blocks, checked }, at) => (
    <li key={at} data-task={checked !== null}>
      {checked !== null && (
        <input type="checkbox" checked={checked} disabled aria-label={checked ? 'Done' : 'Not done'} />
      )}
      <div>
        <Blocks blocks={blocks} />
      </div>
    </li>
  ))
  return isOrdered ? <ol start={start}>{content}</ol> : <ul>{content}</ul>
}

const Table = ({ table: { aligns, head, rows } }: { table: Extract<Block, { kind: 'table' }> }) => (
  <section className={styles.table} aria-label="Table" tabIndex={0}>
    <table>
      <thead>
        <tr>
          {head.map((cell, at) => (
            <th key={at} data-align={aligns[at]}>
              <Text text={cell} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, at) => (
              <td key={at} data-align={aligns[at]}>
                <Text text={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
