// Where the isolates' counts come together: one object adds up what each has seen since it last reported.

/** A Prometheus series, labels included, and how much it grew. */
export type SeriesGrowth = [series: string, growth: number]

export interface MetricsHubRpc {
  add(growth: SeriesGrowth[]): Promise<void>
  read(): Promise<SeriesGrowth[]>
  /** What has grown since the slice before. The last slice may be asked for again, and is answered alike. */
  slice(id: string): Promise<SeriesGrowth[]>
}

export type MetricsHubNamespace = DurableObjectNamespace<MetricsHubRpc & Rpc.DurableObjectBranded>

export const metricsHub = (namespace: MetricsHubNamespace): MetricsHubRpc =>
  namespace.get(namespace.idFromName('metrics')) as unknown as MetricsHubRpc
