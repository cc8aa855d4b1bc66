import { isDate, momentOf } from './moments.ts';

const POWERS = ['', 'k', 'm', 'g', 't', 'p'];
const NUMBER = /^-?\d+(?:\.\d+)?$/;
const QUANTITY = /^(\d+(?:\.\d+)?|\.\d+)\s*([kmgtp]?i?b)?$/i;
/** The unit in a setting's name, such as `sizeGB` or `bytes`. */
const UNIT = /(?:MiB|GB)$|^bytes$/;

/**
 * Compares a setting with a date, or with a number or quantity such as `20 GiB`; a number has the unit of the setting. Undefined if
 * they cannot be compared, such as a number with a date, or text that is more than a number or date.
 */
export function compareQuantities(path: string, value: string, wanted: string): number | undefined {
  if (isDate(wanted)) return compareDates(value, wanted);
  const settingUnit = UNIT.exec(path)?.[0].replace('bytes', 'b');
  const [, count, unit = settingUnit] = QUANTITY.exec(wanted.trim()) ?? [];
  if (count === undefined || (settingUnit === undefined && unit !== undefined) || !NUMBER.test(value)) return undefined;
  return Number(value) * bytesIn(settingUnit) - Number(count) * bytesIn(unit);
}

/** A time and a day are compared by their days; a day does not say whether it is before or after a time on it. */
function compareDates(value: string, wanted: string): number | undefined {
  if (!isDate(value) || (value.length === DAY_LENGTH && wanted.length > DAY_LENGTH)) return undefined;
  return momentOf(value.slice(0, wanted.length > DAY_LENGTH ? undefined : DAY_LENGTH), '') - momentOf(wanted, '');
}

const DAY_LENGTH = '2026-03-17'.length;

export const isQuantity = (text: string) => QUANTITY.test(text.trim());

function bytesIn(unit = ''): number {
  const base = /i/i.test(unit) ? 1_024 : 1_000;
  return unit === '' ? 1 : base ** POWERS.indexOf(unit.replace(/i?b$/i, '').toLowerCase());
}
