import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { PageProblem, toAgents, useRights } from '../shell/index.ts'
import { AgentActions } from './agent-actions.tsx'
import { CallsTab } from './calls-tab.tsx'
import { ChatTab } from './chat/chat-tab.tsx'
import { ConfigTab } from './config-tab.tsx'
import { firstModel, isOffline, OFFLINE_NOTE } from './model/words.ts'
import { type Agent, useAgent, useModels } from './queries.ts'
import type { AgentTab } from './routes.ts'
import { VersionsTab } from './versions-tab.tsx'

export function AgentPage() {
  const { id } = useParams({ from: '/shell/agents/$id' })
  const found = useAgent(id)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="agent"
        list="/agents"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <AgentView key={id} agent={found.data.agent} />
}

function AgentView({ agent }: { agent: Agent }) {
  useTitle(agent.name)
  const { tab = 'chat' } = useSearch({ from: '/shell/agents/$id' })
  const go = useNavigate({ from: '/agents/$id' })
  const { mayRun } = useRights()
  const models = useModels().data
  const tabs = [
    { id: 'chat', name: 'Chat' },
    { id: 'config', name: 'Configuration' },
    { id: 'calls', name: 'Calls' },
    ...(agent.builtIn ? [] : [{ id: 'versions', name: `Versions ${agent.version}` }]),
  ]
  return (
    <>
      <Head
        title={
          <>
            <Link {...toAgents()} className="crumb wide-only">
              Agents
            </Link>
            <bdi>{agent.name}</bdi>
          </>
        }
        end={mayRun && <AgentActions agent={agent} />}
      >
        {agent.builtIn ? (
          <Tag title="Every team has it. It can be copied, not changed.">Built in</Tag>
        ) : (
          <span className="faint num">v{agent.version}</span>
        )}
        {models && isOffline(firstModel(agent, models)) && <Tag title={OFFLINE_NOTE}>Offline model</Tag>}
        {agent.tags.map((one) => (
          <span key={one} className="wide-only">
            <Tag>{one}</Tag>
          </span>
        ))}
      </Head>
      <Tabs
        label="Of the agent"
        tabs={tabs}
        value={tab}
        onChange={(next) => void go({ search: next === 'chat' ? {} : { tab: next as AgentTab } })}
      >
        {tab === 'chat' && <ChatTab agent={agent} />}
        {tab === 'config' && <ConfigTab agent={agent} mayWrite={mayRun && !agent.builtIn} />}
        {tab === 'calls' && <CallsTab agent={agent} />}
        {tab === 'versions' && <VersionsTab agent={agent} mayWrite={mayRun} />}
      </Tabs>
    </>
  )
}
