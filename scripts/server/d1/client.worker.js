// The runtime's own D1 client over our stand-in. The client speaks HTTP; here what it asks is handed to the object as it
// is, since a request and a response of their own would cost more than most questions.
import makeClient from 'cloudflare-internal:d1-api'

const BOOKMARK = 'x-cf-d1-session-commit-token'

export default ({ databases, id }) =>
  makeClient({
    fetcher: {
      async fetch(address, { headers, body }) {
        const database = databases.get(databases.idFromName(id))
        const { text, bookmark } = await database.answer({ address, body, inSession: headers.has(BOOKMARK) })
        // All of a response that the client looks at.
        return { headers: new Map([[BOOKMARK, bookmark]]), text: async () => text }
      },
    },
  })
