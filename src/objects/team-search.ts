// How the rest of the Worker speaks to the search index of a team. What is searched is fed to it; it knows no database.
export type SearchDoc = {
  id: string
  /** `task`, and what others feed it with, such as `workflow` or `run`. */
  kind: string
  title: string
  text: string
}

export type SearchHit = { id: string; kind: string; title: string; snippet: string }

export type SearchQuery = {
  q: string
  /** Default: all kinds. */
  kinds?: string[]
  limit: number
}

export interface TeamSearchRpc {
  /** Adds them, or replaces those with the same ids. */
  put(docs: SearchDoc[]): Promise<void>
  remove(ids: string[]): Promise<void>
  /** The best first. Every word has to occur; the last one may be the beginning of a word. */
  search(query: SearchQuery): Promise<SearchHit[]>
  /** Whether all documents of a kind were put in once. */
  isBuilt(kind: string): Promise<boolean>
  markBuilt(kind: string): Promise<void>
  /** Forgets a kind, so that it is built anew. */
  forget(kind: string): Promise<void>
  clear(): Promise<void>
}

export type TeamSearchNamespace = DurableObjectNamespace<TeamSearchRpc & Rpc.DurableObjectBranded>

export const teamSearch = (namespace: TeamSearchNamespace, teamId: string): TeamSearchRpc =>
  namespace.get(namespace.idFromName(teamId)) as unknown as TeamSearchRpc
