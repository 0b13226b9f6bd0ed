import { money } from '../../ui/format/money.ts'
import type { Column } from '../../ui/kit/data-table.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tag } from '../../ui/kit/tag.tsx'
import styles from './costs.module.css'
import type { Cost } from './queries.ts'

export const COST_COLUMNS: readonly Column<Cost>[] = [
  {
    name: 'Day',
    width: '92px',
    phone: 'detail',
    sort: '-date',
    cell: (row) => <span className="num">{row.date}</span>,
  },
  {
    name: 'Provider',
    width: 'minmax(100px, 0.8fr)',
    phone: 'title',
    cell: (row) => (
      <b className={sheet.strong}>
        <bdi>{row.provider}</bdi>
      </b>
    ),
  },
  {
    name: 'Service',
    width: 'minmax(100px, 1fr)',
    cell: (row) => [row.service, row.gpuType, row.model].filter(Boolean).join(' · '),
  },
  {
    name: 'Resource',
    width: 'minmax(80px, 1fr)',
    medium: null,
    cell: (row) => (
      <span className="dim" title={row.resource ?? undefined}>
        {row.resource}
      </span>
    ),
  },
  {
    name: 'Labels',
    width: 'minmax(80px, 1fr)',
    medium: 'minmax(60px, 0.8fr)',
    cell: (row) => (
      <span className={styles.labels}>
        {Object.entries(row.labels).map(([key, value]) => (
          <Tag key={key} title={value === '' ? key : `${key}=${value}`}>
            {value === '' ? key : value}
          </Tag>
        ))}
      </span>
    ),
  },
  { name: 'Source', width: '72px', medium: null, cell: (row) => <span className="faint">{row.source}</span> },
  {
    name: 'Billed',
    width: '110px',
    align: 'end',
    cell: (row) =>
      row.currency === 'USD' ? null : <span className="faint">{money(row.cost, row.currency)}</span>,
  },
  {
    name: 'US dollars',
    width: '110px',
    align: 'end',
    phone: 'end',
    sort: '-cost',
    cell: (row) => <span className={sheet.plain}>{money(row.costUsd)}</span>,
  },
]
