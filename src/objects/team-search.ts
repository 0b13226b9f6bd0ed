// The interface to a team's search index. Other code feeds it with documents; it does not read the database.
export type SearchDoc = {
  id: string
  /** `task`, or another kind of document such as `workflow` or `run`. */
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
  /** Adds documents, or replaces those with the same ids. */
  put(docs: SearchDoc[]): Promise<void>
  remove(ids: string[]): Promise<void>
  /** Best matches first. Every word must occur; the last one may be the beginning of a word. */
  search(query: SearchQuery): Promise<SearchHit[]>
  /** Whether all documents of a kind have been added once. */
  isBuilt(kind: string): Promise<boolean>
  markBuilt(kind: string): Promise<void>
  /** Deletes a kind, so that it is rebuilt. */
  forget(kind: string): Promise<void>
  clear(): Promise<void>
}

export type TeamSearchNamespace = DurableObjectNamespace<TeamSearchRpc & Rpc.DurableObjectBranded>

export const teamSearch = (namespace: TeamSearchNamespace, teamId: string): TeamSearchRpc =>
  namespace.get(namespace.idFromName(teamId)) as unknown as TeamSearchRpc
