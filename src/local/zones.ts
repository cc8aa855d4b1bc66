/** The three availability zones of a region's environments, unsorted: in us-east-1, exactly as FinSpace listed them. */
export function zonesOf(region: string): string[] {
  const numbers = region === 'us-east-1' ? [1, 6, 4] : [2, 1, 3];
  return numbers.map((number) => `${zonePrefix(region)}-az${number}`);
}

const DIRECTIONS: Record<string, string> = {
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  central: 'c',
  northeast: 'ne',
  northwest: 'nw',
  southeast: 'se',
  southwest: 'sw',
};

/** `use1` for `us-east-1`, `apne1` for `ap-northeast-1`. */
function zonePrefix(region: string): string {
  return region
    .split('-')
    .map((part) => DIRECTIONS[part] ?? part)
    .join('');
}
