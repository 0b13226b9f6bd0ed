// Collects the counts of all isolates: one object adds up what each has counted since its last report.

/** A Prometheus series with its labels, and its increase. */
export type SeriesGrowth = [series: string, growth: number]

export interface MetricsHubRpc {
  add(growth: SeriesGrowth[]): Promise<void>
  read(): Promise<SeriesGrowth[]>
  /** The increase since the previous slice. Requesting the last slice again returns the same result. */
  slice(id: string): Promise<SeriesGrowth[]>
}

export type MetricsHubNamespace = DurableObjectNamespace<MetricsHubRpc & Rpc.DurableObjectBranded>

export const metricsHub = (namespace: MetricsHubNamespace): MetricsHubRpc =>
  namespace.get(namespace.idFromName('metrics')) as unknown as MetricsHubRpc
