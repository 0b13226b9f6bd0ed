import type { ReactNode } from 'react'
import { usd } from '../../ui/format/money.ts'
import { count, duration } from '../../ui/format/time.ts'
import { Json } from '../../ui/kit/json.tsx'
import styles from './agent.module.css'
import { firstModel, isOffline, modelName, OFFLINE_NOTE } from './model/words.ts'
import { type Agent, useModels } from './queries.ts'

type Shown = Pick<
  Agent,
  'description' | 'instructions' | 'models' | 'tools' | 'limits' | 'memory' | 'outputSchema'
>

const GRANTS = { allow: 'without asking', ask: 'asks for an approval', deny: 'hidden from the model' }

/** The settings of an agent, to read. */
export function AgentFacts({ agent }: { agent: Shown }) {
  const known = useModels().data ?? []
  const first = firstModel(agent, known)
  const { steps, tokens, costUsd, timeoutMs, toolCalls, depth } = agent.limits
  return (
    <dl className={styles.facts}>
      {agent.description && <Fact name="Description">{agent.description}</Fact>}
      <Fact name="Instructions">
        <p className={styles.instructions} dir="auto">
          {agent.instructions || 'None'}
        </p>
      </Fact>
      <Fact name="Models">
        {agent.models.length === 0
          ? `The default of the team${first ? `: ${modelName(first)}` : ''}`
          : agent.models.map(modelName).join(', then ')}
        {isOffline(first) && <p className="dim">{OFFLINE_NOTE}</p>}
      </Fact>
      <Fact name="Tools">
        {agent.tools.length === 0 && 'None'}
        <ul>
          {agent.tools.map(({ name, policy = 'allow', allowSelf, config }) => (
            <li key={name}>
              <span className="mono">{name}</span>{' '}
              <span className="dim">
                {GRANTS[policy]}
                {allowSelf && ', also of the person who asks'}
              </span>
              {config && <Json value={config} />}
            </li>
          ))}
        </ul>
      </Fact>
      <Fact name="Limits of a call">
        {[
          steps !== undefined && `${count(steps)} model calls`,
          tokens !== undefined && `${count(tokens)} tokens`,
          costUsd !== undefined && usd(costUsd),
          timeoutMs !== undefined && duration(timeoutMs),
          toolCalls !== undefined && `${count(toolCalls)} tool calls`,
          depth !== undefined && `${count(depth)} runs within runs`,
        ]
          .filter(Boolean)
          .join(', ')}
      </Fact>
      <Fact name="Memory of a conversation">
        The latest {agent.memory.window} messages
        {agent.memory.summary ? ', and a summary of older ones' : ''}
      </Fact>
      {agent.outputSchema !== null && (
        <Fact name="Schema of the answer">
          <Json value={agent.outputSchema} />
        </Fact>
      )}
    </dl>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
