import { expect, test } from 'vitest'
import { judgeUrl } from '../../src/providers/outbound/guard.ts'

const verdict = (url: string, allow: string[] = []) => judgeUrl(url, allow).ok

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://0/',
  'http://localhost/',
  'http://localhost./',
  'http://LOCALHOST:80/',
  'http://foo.localhost/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b::808:808]/',
  'http://[2002:7f00:1::]/',
  'http://[fe80::1]/',
  'http://[fd00::1]/',
  'http://[ff02::1]/',
  'http://10.0.0.1/',
  'http://172.16.3.4/',
  'http://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data',
  'http://100.64.0.1/',
  'http://0.0.0.0/',
  'http://255.255.255.255/',
  'http://224.0.0.1/',
  'http://metadata.google.internal/',
  'http://metadata/',
  'http://printer.local/',
  'http://192.168.1.1./',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'http://user:pass@example.com/',
  'http://example.com:22/',
  'http://example.com:6379/',
  'not a url',
])('%s is refused', (url) => {
  expect(verdict(url)).toBe(false)
})

test.each([
  'https://example.com/',
  'http://example.com:8080/a?b=c',
  'https://8.8.8.8/',
  'https://[2606:4700::1111]/',
  'https://münchen.example/',
])('%s is allowed', (url) => {
  expect(verdict(url)).toBe(true)
})

test('the list of allowed hosts names host and port', () => {
  expect(verdict('http://127.0.0.1:9999/', ['127.0.0.1:9999'])).toBe(true)
  expect(verdict('http://127.0.0.1:9998/', ['127.0.0.1:9999'])).toBe(false)
  expect(verdict('http://localhost:1/', ['localhost'])).toBe(true)
})
