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
  'http://168.63.129.16/machine',
  'http://[::ffff:8.8.8.8]/',
  'http://[::8.8.8.8]/',
  'http://[::ffff:0:8.8.8.8]/',
  'http://[100::1]/',
  'http://[1fff::1]/',
  'http://[4000::1]/',
  'http://[5f00::1]/',
  'http://[fec0::1]/',
  'http://[2001:db8::1]/',
  'http://[2001::1]/',
  'http://localhost../',
  'http://127.0.0.1../',
  'http://example..com/',
  'http://.example.com/',
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
  'https://example.com./',
  'https://[3fee::1]/',
  'https://168.63.129.17/',
])('%s is allowed', (url) => {
  expect(verdict(url)).toBe(true)
})

const OWN_NAMES = ['localhost:8787', '127.0.0.1:8787', '[::1]:8787', 'orrery.example.com']

test.each([
  '/dev/mailbox',
  '/dev/mailbox?to=ada@example.com',
  '/dev/mailbox/',
  '//dev//mailbox',
  '/dev/%6dailbox',
  '/dev/%256Dailbox',
  '/dev%2Fmailbox',
  '/dev/flaky/../mailbox',
  '/dev/flaky/%2e%2e/mailbox',
  '/dev\\mailbox',
  '/DEV/Mailbox',
  '/behind/a/proxy/dev/mailbox',
])('stored mail cannot be called as %s, with any of our own names', (path) => {
  for (const host of OWN_NAMES) {
    expect(verdict(`http://${host}${path}`, OWN_NAMES)).toBe(false)
    expect(verdict(`https://${host}${path}`, OWN_NAMES)).toBe(false)
  }
})

test('a similar path can be called', () => {
  for (const path of ['/dev/flaky/abc', '/dev/mailboxes', '/mailbox', '/dev?next=/dev/mailbox', '/%ff%zz'])
    expect(verdict(`http://localhost:8787${path}`, OWN_NAMES)).toBe(true)
})

test('the list of allowed hosts contains host and port', () => {
  expect(verdict('http://127.0.0.1:9999/', ['127.0.0.1:9999'])).toBe(true)
  expect(verdict('http://127.0.0.1:9998/', ['127.0.0.1:9999'])).toBe(false)
  expect(verdict('http://localhost:1/', ['localhost'])).toBe(true)
})

test('a refused port is reported together with the allowed ones', () => {
  expect(judgeUrl('https://example.com:5432/', [])).toMatchObject({
    error: { reason: expect.stringMatching(/5432.*80, 443, 8080, 8443/) },
  })
})
