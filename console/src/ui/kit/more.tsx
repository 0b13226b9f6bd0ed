import type { ReactNode } from 'react'
import type { PagedList } from '../paged-list.ts'
import { Button, type ButtonProps } from './button.tsx'

type Props = {
  of: PagedList
  size?: ButtonProps['size']
  /** Of the paragraph around the button. Without it there is none. */
  className?: string | undefined
  children: ReactNode
}

/** The button that loads the next page of a list, if there is one. */
export function More({ of: list, size, className, children }: Props) {
  if (!list.hasNextPage) return null
  const button = (
    <Button {...(size && { size })} busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      {children}
    </Button>
  )
  return className === undefined ? button : <p className={className}>{button}</p>
}
