// Sends the webhooks of one lane: an endpoint, or a host for callbacks. So a slow receiver delays no other one.

export interface WebhookSenderRpc {
  /** The lane may have something due. Returns immediately; due deliveries are sent afterwards. */
  wake(lane: string): Promise<void>
}

export type WebhookSenderNamespace = DurableObjectNamespace<WebhookSenderRpc & Rpc.DurableObjectBranded>

/** A lost call does no harm: the tick finds lanes that are late. */
export async function wakeLanes(namespace: WebhookSenderNamespace, lanes: Iterable<string>): Promise<void> {
  const wakes = [...new Set(lanes)].map((lane) => {
    const sender = namespace.get(namespace.idFromName(lane)) as unknown as WebhookSenderRpc
    return sender.wake(lane)
  })
  await Promise.allSettled(wakes)
}
