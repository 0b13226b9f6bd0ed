type Socket = Pick<WebSocket, 'readyState' | 'send' | 'close' | 'addEventListener'>

export type Live = {
  subscribe(channel: string): void
  unsubscribe(channel: string): void
  /** The last event of each channel. */
  positions(): Record<string, number>
  close(): void
}

export function follow(options: {
  url: string
  ticket: () => Promise<string>
  channels?: string[]
  positions?: Record<string, number>
  onEvent?: (channel: string, event: unknown, seq: number) => void
  onReset?: (channel: string, snapshot: unknown, seq: number) => void
  onError?: (code: string, channel?: string) => void
  onState?: (state: 'open' | 'closed') => void
  connect?: (address: string, protocols: string[]) => Socket | Promise<Socket>
  wait?: (ms: number) => Promise<unknown>
}): Live
