/** The request that starts another run with the same input. */
export function startCurl(origin: string, run: { workflowId: string; input: unknown }): string {
  const body = JSON.stringify({ input: run.input })
  return [
    `curl -fsS ${quoted(`${origin}/api/v1/workflows/${run.workflowId}/execute`)}`,
    `-H "x-api-key: $ORRERY_KEY"`,
    `-H 'content-type: application/json'`,
    `-d ${quoted(body)}`,
  ].join(' \\\n  ')
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
