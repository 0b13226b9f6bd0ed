/** A finite number as whole × 10^-scale, from its shortest decimal text: 0.1 means a tenth. */
function decimalOf(value: number): { whole: bigint; scale: number } {
  const [mantissa = '0', exponent = '0'] = value.toString().split('e')
  const [integer = '0', fraction = ''] = mantissa.split('.')
  return { whole: BigInt(integer + fraction), scale: fraction.length - Number(exponent) }
}

/** Exact in decimals, unlike `0.3 % 0.1`. Numbers have at most about 650 digits here. */
export function isMultipleOf(value: number, step: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(step)) return value % step === 0
  const a = decimalOf(value)
  const b = decimalOf(step)
  const scale = Math.max(a.scale, b.scale)
  return (a.whole * 10n ** BigInt(scale - a.scale)) % (b.whole * 10n ** BigInt(scale - b.scale)) === 0n
}
