// The baseline of the file benchmark: a Worker that pipes a body into the bucket and out again.
export default {
  async fetch(request: Request, env: { FILES: R2Bucket }): Promise<Response> {
    const key = new URL(request.url).pathname.slice(1)
    if (request.method === 'PUT') {
      await env.FILES.put(key, request.body)
      return Response.json({ key }, { status: 201 })
    }
    const object = await env.FILES.get(key)
    if (object === null) return new Response(null, { status: 404 })
    return new Response(object.body, { headers: { 'content-length': String(object.size) } })
  },
}
