import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { toAgents } from '../shell/index.ts'
import { NameDialog } from './name-dialog.tsx'
import { type Agent, useDeleteAgent } from './queries.ts'

/** The call that a chat makes, for a shell. It contains no key. */
const curlOf = (id: string): string =>
  [
    `curl -fsS '${location.origin}/api/v1/agents/${id}/execute'`,
    `-H "x-api-key: $ORRERY_KEY"`,
    `-H 'content-type: application/json' -H 'prefer: wait=30'`,
    `-d '{"prompt":"Hello"}'`,
  ].join(' \\\n  ')

export function AgentActions({ agent }: { agent: Agent }) {
  const [asked, setAsked] = useState<'clone' | 'template' | null>(null)
  const remove = useDeleteAgent(agent.id)
  const go = useNavigate()
  return (
    <>
      <span className="wide-only">
        <CopyButton label="Copy as curl" text={() => curlOf(agent.id)} />
      </span>
      <Button foldsText icon="layers" onClick={() => setAsked('template')}>
        Save as template
      </Button>
      <Button foldsText icon="copy" onClick={() => setAsked('clone')}>
        Copy
      </Button>
      {!agent.builtIn && (
        <ConfirmButton
          foldsText
          icon="trash"
          question={`Delete ${agent.name}?`}
          about="Its versions are deleted too. Its conversations and runs are kept, but nobody can continue them. Workflows that call it fail. This cannot be undone."
          verb="Delete"
          onConfirm={async () => {
            await remove.mutateAsync(`"${agent.version}"`)
            await go(toAgents())
          }}
        >
          Delete
        </ConfirmButton>
      )}
      {asked && <NameDialog agent={agent} what={asked} onClose={() => setAsked(null)} />}
    </>
  )
}
