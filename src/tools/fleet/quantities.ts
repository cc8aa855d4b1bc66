const POWERS = ['', 'k', 'm', 'g', 't', 'p'];
const QUANTITY = /^([\d.]+)\s*([kmgtp]?i?b)?$/i;
/** The unit at the end of a setting's name. */
const UNIT = /(?:MiB|GB)$|^bytes$/;

/**
 * Compares a setting with a number or quantity such as `20 GiB`; a number has the unit of the setting. Undefined if they cannot be
 * compared.
 */
export function compared(path: string, value: string, wanted: string): number | undefined {
  const own = UNIT.exec(path)?.[0].replace('bytes', 'b');
  const [, count, unit = own] = QUANTITY.exec(wanted.trim()) ?? [];
  if (count === undefined || (own === undefined && unit !== undefined)) return undefined;
  const difference = Number.parseFloat(value) * bytesIn(own) - Number(count) * bytesIn(unit);
  return Number.isNaN(difference) ? undefined : difference;
}

export const isQuantity = (text: string) => QUANTITY.test(text.trim());

function bytesIn(unit = ''): number {
  const base = /i/i.test(unit) ? 1_024 : 1_000;
  return unit === '' ? 1 : base ** POWERS.indexOf(unit.replace(/i?b$/i, '').toLowerCase());
}
