/**
 * A decimal fraction as per cent, exactly: "0.055" is "5.5". Undefined if it is no decimal fraction.
 */
export function percentText(fraction: string): string | undefined {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(fraction);
  if (!match) return undefined;
  const [, whole, decimals = ''] = match;
  const shifted = decimals.padEnd(2, '0');
  const rest = shifted.slice(2).replace(/0+$/, '');
  const integer = String(Number(whole + shifted.slice(0, 2)));
  return rest ? `${integer}.${rest}` : integer;
}
