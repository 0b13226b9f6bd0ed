/** Runs in the browser. Everything it draws is set as text, never as markup, so the contract cannot inject any. */
export const docsScript = `
const el = (name, props = {}, ...children) => {
  const node = Object.assign(document.createElement(name), props)
  node.append(...children.filter((child) => child !== null))
  return node
}
let contract
const resolve = (schema, depth = 0) => {
  if (schema === null || typeof schema !== 'object' || depth > 6) return schema
  if (schema.$ref) return resolve(contract.components.schemas[schema.$ref.split('/').pop()], depth + 1)
  return schema
}
const example = (given, depth = 0) => {
  const schema = resolve(given)
  if (!schema || depth > 6) return null
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const variant = (schema.anyOf || schema.oneOf || schema.allOf || [])[0]
  if (variant) return example(variant, depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'object') return Object.fromEntries(Object.entries(schema.properties || {}).map(([key, inner]) => [key, example(inner, depth + 1)]))
  if (type === 'array') return schema.items ? [example(schema.items, depth + 1)] : []
  if (type === 'integer' || type === 'number') return schema.minimum > 0 ? schema.minimum : 0
  if (type === 'boolean') return false
  if (type === 'null') return null
  return schema.format === 'email' ? 'ada@example.com' : schema.format === 'date-time' ? '2026-01-01T00:00:00.000Z' : 'text'
}
const pretty = (value) => JSON.stringify(value, null, 2)
const bodyOf = (content) => content && (content['application/json'] || Object.values(content)[0])

function parameterTable(parameters) {
  const rows = parameters.map((one) => el('tr', {}, el('td', {}, el('code', { textContent: one.name }), one.required ? ' *' : ''), el('td', { textContent: one.in }), el('td', {}, el('code', { textContent: pretty(one.schema) }))))
  return el('table', {}, el('tbody', {}, ...rows))
}

function tryForm(method, path, operation) {
  const parameters = operation.parameters || []
  const inputs = parameters.map((one) => ({ ...one, input: el('input', { placeholder: one.required ? 'required' : '' }) }))
  const json = bodyOf(operation.requestBody && operation.requestBody.content)
  const body = json ? el('textarea', { rows: 8, value: pretty(example(json.schema)) }) : null
  const output = el('pre', { hidden: true })
  const send = el('button', { textContent: 'Send' })
  send.onclick = async () => {
    let target = path
    const query = new URLSearchParams()
    const headers = {}
    for (const one of inputs) {
      if (one.input.value === '') continue
      if (one.in === 'path') target = target.replace('{' + one.name + '}', encodeURIComponent(one.input.value))
      else if (one.in === 'query') query.set(one.name, one.input.value)
      else headers[one.name] = one.input.value
    }
    const token = document.getElementById('token').value
    if (token) headers.authorization = 'Bearer ' + token
    if (body) headers['content-type'] = 'application/json'
    output.hidden = false
    output.textContent = '…'
    try {
      const response = await fetch(target + (query.size ? '?' + query : ''), { method, headers, body: body ? body.value : undefined })
      const text = await response.text()
      let shown = text
      try { shown = pretty(JSON.parse(text)) } catch {}
      output.textContent = response.status + ' ' + response.statusText + '\\n' + shown
    } catch (error) { output.textContent = String(error) }
  }
  return el('div', {}, ...inputs.map((one) => el('label', {}, one.name + ' (' + one.in + ')', one.input)), body, el('p', {}, send), output)
}

function operationBox(method, path, operation) {
  const box = el('details', { id: operation.operationId })
  box.append(el('summary', {}, el('span', { className: 'method', textContent: method.toUpperCase() }), el('code', { textContent: path }), el('small', { textContent: operation.summary })))
  box.ontoggle = () => {
    if (box.children.length > 1) return
    const inner = el('div', { className: 'body' })
    if (operation.description) inner.append(el('p', { textContent: operation.description }))
    inner.append(el('p', { textContent: operation['x-scope'] ? 'Needs ' + operation['x-scope'] + ' (' + operation['x-role'] + ')' : 'Public' }))
    if (operation.parameters) inner.append(el('h4', { textContent: 'Parameters' }), parameterTable(operation.parameters))
    const json = bodyOf(operation.requestBody && operation.requestBody.content)
    if (json) inner.append(el('h4', { textContent: 'Body' }), el('pre', { textContent: pretty(resolve(json.schema)) }))
    for (const [status, answer] of Object.entries(operation.responses)) {
      if (status === 'default') continue
      const content = bodyOf(answer.content)
      inner.append(el('h4', { textContent: 'Answers ' + status }), content ? el('pre', { textContent: pretty(example(content.schema)) }) : el('p', { textContent: 'No body' }))
    }
    inner.append(el('h4', { textContent: 'Try it' }), tryForm(method.toUpperCase(), path, operation))
    box.append(inner)
  }
  return box
}

function draw(words) {
  const groups = new Map()
  for (const [path, methods] of Object.entries(contract.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (!(method + ' ' + path + ' ' + operation.summary).toLowerCase().includes(words)) continue
      const tag = operation.tags[0]
      if (!groups.has(tag)) groups.set(tag, [])
      groups.get(tag).push(operationBox(method, path, operation))
    }
  }
  const names = [...groups.keys()].sort()
  document.getElementById('tags').replaceChildren(...names.map((name) => el('a', { href: '#tag-' + name, textContent: name })))
  document.getElementById('operations').replaceChildren(...names.flatMap((name) => [el('h2', { id: 'tag-' + name, textContent: name }), ...groups.get(name)]))
}

const filter = document.getElementById('filter')
filter.oninput = () => draw(filter.value.toLowerCase())
fetch('/openapi.json').then((response) => response.json()).then((document) => { contract = document; draw('') })
`
