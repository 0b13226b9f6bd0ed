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
}
