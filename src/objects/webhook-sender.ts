// Sends the webhooks of one lane: an endpoint, or a host that callbacks go to. So a slow receiver delays nobody else.

export interface WebhookSenderRpc {
  /** Something of the lane may be due. Answers at once; what is due is sent afterwards. */
  wake(lane: string): Promise<void>
}

export type WebhookSenderNamespace = DurableObjectNamespace<WebhookSenderRpc & Rpc.DurableObjectBranded>

/** A call that is lost does no harm: the tick looks for lanes that are late. */
export async function wakeLanes(namespace: WebhookSenderNamespace, lanes: Iterable<string>): Promise<void> {
  const wakes = [...new Set(lanes)].map((lane) => {
    const sender = namespace.get(namespace.idFromName(lane)) as unknown as WebhookSenderRpc
    return sender.wake(lane)
  })
  await Promise.allSettled(wakes)
}
