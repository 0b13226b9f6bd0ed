import { Link } from '@tanstack/react-router'
import { buttonClass } from '../../ui/kit/button.tsx'
import { Empty, useTitle } from '../../ui/kit/page.tsx'

/** For unknown URLs and for objects of other teams, because the server does not distinguish them. */
export function Unknown({ what = 'page', list = '/' }: { what?: string; list?: string }) {
  useTitle('Not found')
  return (
    <div style={{ display: 'flex', height: '100%' }}>
      <Empty
        icon="search"
        title="Not found"
        action={
          <Link to={list as '/'} className={buttonClass()}>
            {list === '/' ? 'Go to the overview' : 'Go to the list'}
          </Link>
        }
      >
        The {what} does not exist in this team. It may belong to another of your teams, or was removed.
      </Empty>
    </div>
  )
}
