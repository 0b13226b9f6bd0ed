// The runtime's own D1 client over our stand-in. The client speaks HTTP; here what it asks is handed to the object as it
// is, since a request and a response of their own would cost more than most questions. What is asked at once, and what is
// answered, may have 32 MiB, in which a character beyond Latin-1 counts twice.
import makeClient from 'cloudflare-internal:d1-api'

const BOOKMARK = 'x-cf-d1-session-commit-token'

export default ({ databases, id }) =>
  makeClient({
    fetcher: {
      async fetch(address, { headers, body }) {
        const database = databases.get(databases.idFromName(id))
        const { text, bookmark } = await database.answer({ address, body, inSession: headers.has(BOOKMARK) })
        // All of a response that the client looks at when it asks for rows.
        return { headers: new Map([[BOOKMARK, bookmark]]), text: async () => text }
      },
    },
  })
