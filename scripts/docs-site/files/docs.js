// The list of contents stands open where there is room for it, and the viewer takes the colours of the page.
const wide = matchMedia('(min-width: 60rem)')
const dark = matchMedia('(prefers-color-scheme: dark)')

const contents = document.querySelector('details.contents')
if (contents) {
  const follow = () => {
    contents.open = wide.matches
  }
  follow()
  wide.addEventListener('change', follow)
}

/**
 * On a narrow screen the viewer would list all operations on one page, without their curl commands. It shows one at a time
 * instead, as on a wide screen, and a button of ours opens its menu.
 */
async function showOneOperation() {
  await customElements.whenDefined('openapi-explorer')
  removeEventListener('resize', viewer.handleResize)
  viewer.renderStyle = 'focused'
  const button = document.querySelector('button.operations')
  const setMenu = (open) => {
    viewer.classList.toggle('menu-open', open)
    button.setAttribute('aria-expanded', String(open))
  }
  button.addEventListener('click', () => setMenu(!viewer.classList.contains('menu-open')))
  // The viewer changes the address without an event, also when a group of operations is opened in the menu.
  let shown = location.hash
  viewer.addEventListener('click', () =>
    setTimeout(() => {
      const isOperation = /route=(get|post|put|patch|delete)-/.test(location.hash)
      if (location.hash !== shown && isOperation) setMenu(false)
      shown = location.hash
    }),
  )
}

// An address of an operation from before the groups had pages of their own.
if (location.pathname === '/docs' && location.hash.startsWith('#?route=')) {
  const link = [...document.querySelectorAll('main td a')].find((one) => one.hash === location.hash)
  if (link) location.replace(link.href)
}

const viewer = document.querySelector('openapi-explorer')
if (viewer) {
  const COLOURS = {
    'bg-color': '--background',
    'text-color': '--text',
    'primary-color': '--accent',
    'secondary-color': '--accent',
    'nav-bg-color': '--panel',
    'nav-text-color': '--text',
    'nav-hover-bg-color': '--hover',
    'nav-hover-text-color': '--text',
    'header-bg-color': '--panel',
    'header-color': '--text',
  }
  const paint = () => {
    const style = getComputedStyle(document.documentElement)
    for (const [attribute, property] of Object.entries(COLOURS))
      viewer.setAttribute(attribute, style.getPropertyValue(property).trim())
  }
  paint()
  dark.addEventListener('change', paint)
  // The table hides descriptions where there is little room; the tree does not.
  viewer.setAttribute('schema-style', wide.matches ? 'table' : 'tree')
  showOneOperation()
}
