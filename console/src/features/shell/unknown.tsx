import { Link } from '@tanstack/react-router'
import { buttonClass } from '../../ui/kit/button.tsx'
import { Empty, useTitle } from '../../ui/kit/page.tsx'

/** For an address that leads nowhere, and for what is another team's: the server tells neither from the other. */
export function Unknown({ what = 'page', list = '/' }: { what?: string; list?: string }) {
  useTitle('Not here, or not yours')
  return (
    <main style={{ display: 'flex', height: '100%' }}>
      <Empty
        icon="search"
        title="Not here, or not yours"
        action={
          <Link to={list as '/'} className={buttonClass()}>
            {list === '/' ? 'To the overview' : 'To the list'}
          </Link>
        }
      >
        There is no such {what} in this team. It may be in another team of yours, or it was removed.
      </Empty>
    </main>
  )
}
