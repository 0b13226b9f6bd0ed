// Draws charts as SVG from numbers. Texts are escaped, and charts load and run nothing.

const WIDTH = 640
const HEIGHT = 320
const LEFT = 64
const BOTTOM = 48
const TOP = 32

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[^\P{Cc}\t\n\r]/gu, '')

const short = (text: string, most = 12): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

const number = (value: number): string => String(Number(value.toPrecision(4)))

function frame(title: string, inside: string, low: number, high: number): string {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
    return `<line x1="${LEFT}" x2="${WIDTH - 8}" y1="${y}" y2="${y}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${number(low + share * (high - low))}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img"><title>${escaped(title)}</title><rect width="100%" height="100%" fill="#fff"/><text x="${LEFT}" y="18" font-size="13">${escaped(short(title, 80))}</text>${marks.join('')}${inside}</svg>`
}

export function barChart(title: string, bars: readonly { label: string; value: number }[]): string {
  const low = Math.min(0, ...bars.map(({ value }) => value))
  const high = Math.max(0, ...bars.map(({ value }) => value)) || 1
  const step = (WIDTH - LEFT - 8) / Math.max(1, bars.length)
  const y = (value: number) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP)
  const inside = bars.map(({ label, value }, at) => {
    const x = LEFT + at * step
    const top = Math.min(y(value), y(0))
    return `<rect x="${(x + step * 0.1).toFixed(1)}" y="${top.toFixed(1)}" width="${(step * 0.8).toFixed(1)}" height="${Math.abs(y(value) - y(0)).toFixed(1)}" fill="#3b6ea5"><title>${escaped(label)}: ${number(value)}</title></rect><text x="${(x + step / 2).toFixed(1)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${escaped(short(label))}</text>`
  })
  return frame(title, inside.join(''), low, high)
}

export function lineChart(title: string, points: readonly (readonly [number, number])[]): string {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [lowX, highX] = [
    xs.reduce((a, b) => Math.min(a, b), xs[0] ?? 0),
    xs.reduce((a, b) => Math.max(a, b), xs[0] ?? 1),
  ]
  const [lowY, highY] = [
    ys.reduce((a, b) => Math.min(a, b), ys[0] ?? 0),
    ys.reduce((a, b) => Math.max(a, b), ys[0] ?? 1),
  ]
  const place = ([x, y]: readonly [number, number]): string =>
    `${(LEFT + ((x - lowX) / (highX - lowX || 1)) * (WIDTH - LEFT - 8)).toFixed(1)},${(HEIGHT - BOTTOM - ((y - lowY) / (highY - lowY || 1)) * (HEIGHT - BOTTOM - TOP)).toFixed(1)}`
  return frame(
    title,
    `<polyline fill="none" stroke="#3b6ea5" stroke-width="2" points="${points.map(place).join(' ')}"/>`,
    lowY,
    highY,
  )
}
