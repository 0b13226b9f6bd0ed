// The frame of every page: head, menu, and the place of the content.
import { API_TITLE, MARKDOWN_PAGES } from './pages.ts'

export type Files = { style: string; script: string }

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

export function shell(page: {
  title: string
  path: string
  files: Files
  head?: string
  bodyClass: string
  body: string
}): string {
  const { title, path, files, head = '', bodyClass, body } = page
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Orrery</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${files.style}">
<script type="module" src="${files.script}"></script>
${head}</head>
<body class="${bodyClass}">
<header>
<a class="brand" href="/docs">Orrery</a>
<nav aria-label="Reference">
${menu(path)}
</nav>
</header>
${body}
</body>
</html>
`
}

function menu(current: string): string {
  const links = [
    { path: '/docs', title: API_TITLE },
    ...MARKDOWN_PAGES.map(({ name, title }) => ({ path: `/docs/${name}`, title })),
  ]
  return links
    .map(
      ({ path, title }) =>
        `<a href="${path}"${path === current ? ' aria-current="page"' : ''}>${escapeHtml(title)}</a>`,
    )
    .join('\n')
}
