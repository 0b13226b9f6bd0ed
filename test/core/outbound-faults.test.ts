// The error of a failed connection: the host, and whether DNS, TLS or the other side failed.

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { networkFaults } from '../../scripts/server/network-faults.ts'
import { connectionFault } from '../../src/providers/outbound/fault.ts'
import { callOutbound } from '../../src/providers/outbound/index.ts'

const line = (reason: string, reference: string) =>
  `e = rust/worker/ffi.rs:110: failed: ${reason}\nstack: /workerd@1 /workerd@2; sentryErrorContext = jsgInternalError; wdErrId = ${reference}`
const hidden = (reference: string) => new Error(`internal error; reference = ${reference}`)
const url = new URL('https://api.example.com:8443/path?secret=1')

test.each([
  [
    'failed to lookup address information: Name or service not known',
    'The name api.example.com does not lead to a public address (DNS).',
  ],
  [
    'connecting to api.example.com:8443 is not allowed',
    'The name api.example.com does not lead to a public address (DNS).',
  ],
  [
    'TLS handshake failed: invalid peer certificate: Expired',
    'The TLS connection to api.example.com:8443 failed: invalid peer certificate: Expired.',
  ],
  ['connect(): Connection refused', 'api.example.com:8443 refused the connection.'],
])('%s', async (reason, expected) => {
  const faults = networkFaults()
  expect(faults.note(line(reason, 'abc123'))).toBe(true)
  const error = await connectionFault(hidden('abc123'), url, faults.answer)
  expect(error).toMatchObject({ code: 'outbound.failed', message: expected })
})

test('the log may arrive after the query, and an unknown reference has no reason', async () => {
  const faults = networkFaults()
  const early = connectionFault(hidden('later'), url, faults.answer)
  faults.note(line('TLS handshake failed: no certificate', 'later'))
  expect((await early).message).toContain('no certificate')
  const unknown = 'The connection to api.example.com:8443 failed.'
  expect((await connectionFault(hidden('other'), url, faults.answer)).message).toBe(unknown)
  expect((await connectionFault(hidden('other'), url, null)).message).toBe(unknown)
  const broken = () => Promise.reject(new Error('no answer'))
  expect((await connectionFault(hidden('other'), url, broken)).message).toBe(unknown)
})

test('other log lines are left alone, even similar ones', () => {
  const faults = networkFaults()
  expect(faults.note('{"message":"failed: TLS x wdErrId = abc"}')).toBe(false)
  expect(faults.note(line('out of memory', 'abc'))).toBe(false)
})

test('a host that refuses or closes the connection is named', async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const reach = { allowHosts: [host], fetchPublic: fetch, fetchNamed: lost, faultLog: null }
  const call = { url: `http://${host}/`, method: 'GET', headers: {}, maxBytes: 100, timeoutMs: 5_000 }
  await expect(callOutbound({ ...call, followRedirects: true }, reach)).rejects.toMatchObject({
    code: 'outbound.failed',
    message: `${host} refused the connection, or closed it before it answered.`,
  })
  server.close()
})

/** The runtime's own message. */
const lost = (async (address: string) => {
  await fetch(address).catch(() => undefined)
  throw new Error('Network connection lost.')
}) as never
