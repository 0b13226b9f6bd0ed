import { Icon, type IconName } from '../../ui/icon.tsx'
import styles from './node-icon.module.css'

const BY_TYPE: Record<string, IconName> = {
  'http.request': 'globe',
  'data.aggregate': 'sigma',
  'data.filter': 'filter',
  'data.sort': 'layers',
  'data.dedupe': 'layers',
  'data.split': 'layers',
  'flow.if': 'split',
  'flow.switch': 'split',
  'flow.merge': 'merge',
  'flow.wait': 'hourglass',
  'flow.waitForEvent': 'hourglass',
  'flow.approval': 'approve',
  'flow.fail': 'stop',
  'flow.workflow': 'flow',
  'flow.group': 'layers',
  'notify.email': 'mail',
}
const BY_CATEGORY: Record<string, IconName> = {
  ai: 'agent',
  agent: 'agent',
  data: 'braces',
  file: 'file',
  flow: 'step',
  notify: 'bell',
  store: 'data',
}

export const iconOf = (type: string): IconName =>
  BY_TYPE[type] ?? BY_CATEGORY[type.split('.')[0] ?? ''] ?? 'step'

export const NodeIcon = ({ type }: { type: string }) => (
  <span className={styles.tile}>
    <Icon name={iconOf(type)} size={16} />
  </span>
)
