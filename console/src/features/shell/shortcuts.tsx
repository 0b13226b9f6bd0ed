import { Dialog } from '../../ui/kit/dialog.tsx'
import { Kbd } from '../../ui/kit/tag.tsx'
import { useNavigation } from './navigation.ts'
import styles from './shortcuts.module.css'

type Group = [name: string, keys: [string[], string][]]

const EVERYWHERE: Group[] = [
  [
    'Everywhere',
    [
      [['⌘ K', 'Ctrl K'], 'Find or do'],
      [['?'], 'These keys'],
      [['F'], 'Search on the page'],
      [['Esc'], 'Up one level'],
    ],
  ],
]

const ON_PAGES: Group[] = [
  [
    'Lists',
    [
      [['J', 'K'], 'Next, previous'],
      [['Enter'], 'Open'],
      [['Space'], 'Peek'],
      [['X'], 'Choose'],
      [['Shift ↑', 'Shift ↓'], 'Choose a range'],
    ],
  ],
  [
    'A run',
    [
      [['↑', '↓'], 'Steps'],
      [['1', '2', '3', '4'], 'Tabs of the step'],
      [['T'], 'Next that failed or waits'],
      [['A'], 'Go to Approve'],
      [['0'], 'Whole time'],
    ],
  ],
  [
    'Approvals',
    [
      [['A'], 'Approve'],
      [['R'], 'Reject'],
    ],
  ],
  ['Notifications', [[['M'], 'Mark as read']]],
]

export function Shortcuts({ onClose }: { onClose: () => void }) {
  const places = useNavigation().flatMap((group) => group.items)
  const groups: Group[] = [
    ...EVERYWHERE,
    ['Go to', places.map((item) => [['G', item.key.toUpperCase()], item.name])],
    ...ON_PAGES,
  ]
  return (
    <Dialog
      title="Keys"
      about="They are inactive while a field has the focus. You can turn them off in the settings."
      size="large"
      onClose={onClose}
    >
      <div className={styles.groups}>
        {groups.map(([name, keys]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={what}>
                  <dt>
                    {names.map((one) => (
                      <Kbd key={one}>{one}</Kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
