import { describe, expect, test } from 'vitest'
import { compileParams, evaluateParams, paramsReferences } from '../../../src/engine/expression/index.ts'
import { sampleScope } from './support.ts'

function compiled(params: unknown) {
  const result = compileParams(params)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

describe('parameters', () => {
  test('are evaluated in every string, and only there', () => {
    const params = {
      url: 'https://x/{{ input.a }}',
      deep: [{ '{{ key }}': '{{ input.list }}' }, 5, null, true],
      same: { big: [1, 2, 3] },
    }
    const result = evaluateParams(compiled(params), sampleScope())
    expect(result).toStrictEqual({
      ok: true,
      value: {
        url: 'https://x/7',
        deep: [{ '{{ key }}': [3, 1, 2, 10] }, 5, null, true],
        same: { big: [1, 2, 3] },
      },
    })
    expect(result.ok && (result.value as typeof params).same).toBe(params.same)
    expect(params.url).toBe('https://x/{{ input.a }}')
  })

  test('without an expression come back as the same value', () => {
    const params = { a: [{ b: 'text' }], n: Number.NaN, u: undefined }
    const result = evaluateParams(compiled(params), {})
    expect(result.ok && result.value).toBe(params)
  })

  test('with only an escape are resolved once', () => {
    const shape = compiled({ a: ['\\{{ x }}'] })
    const first = evaluateParams(shape, {})
    expect(first).toStrictEqual({ ok: true, value: { a: ['{{ x }}'] } })
    const second = evaluateParams(shape, {})
    expect(first.ok && second.ok && first.value === second.value).toBe(true)
  })

  test('report every problem with its path', () => {
    const result = compileParams({
      ok: '{{ input.a }}',
      url: '{{ nope }}',
      headers: { 'X-Id': 'a {{ 1 + }}' },
      cases: [{ when: '{{ true }}' }, { when: '{{ ( }}' }],
    })
    expect(result.ok).toBe(false)
    const found = result.ok ? [] : result.error.map(({ path, error }) => [path, error.code, error.column])
    expect(found).toStrictEqual([
      ['url', 'expression.unknown_name', 4],
      ['headers["X-Id"]', 'expression.syntax', 10],
      ['cases[1].when', 'expression.syntax', 6],
    ])
  })

  test('contain the path of the one that failed', () => {
    const shape = compiled({ a: '{{ input.a }}', b: ['{{ input.nope.x }}'] })
    expect(evaluateParams(shape, sampleScope())).toMatchObject({
      ok: false,
      error: { path: 'b[0]', error: { code: 'expression.type', column: 15 } },
    })
  })

  test('give the references of each string', () => {
    const shape = compiled({
      a: '{{ nodes.fetch.body }}',
      b: { c: ['{{ prev }} {{ nodes[input.x] }}', 'text'] },
    })
    expect(paramsReferences(shape)).toMatchObject([
      { path: 'a', nodes: [{ id: 'fetch', column: 10 }], usesPrev: false },
      { path: 'b.c[0]', nodes: [], usesPrev: true, usesNodesDynamically: true },
    ])
  })

  test('share one budget', () => {
    const shape = compiled(Array.from({ length: 40 }, () => '{{ "x".repeat(300000) }}'))
    expect(evaluateParams(shape, {})).toMatchObject({
      ok: false,
      error: { error: { code: 'expression.budget' } },
    })
  })

  test('that are nested too deeply or use a prototype name are refused', () => {
    let deep: unknown = '{{ 1 }}'
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(compileParams(deep)).toMatchObject({
      ok: false,
      error: [{ error: { code: 'expression.too_large' } }],
    })
    const named: unknown = JSON.parse('{ "a": { "__proto__": { "x": "{{ 1 }}" } } }')
    expect(compileParams(named)).toMatchObject({ ok: false, error: [{ path: 'a.__proto__' }] })
  })
})
