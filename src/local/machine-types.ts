export interface Machine {
  /** GiB that kdb can use. */
  readonly memory: number;
  readonly cpus: number;
}

/** The node types of dedicated clusters. */
export const NODE_TYPES: ReadonlyMap<string, Machine> = new Map([
  ['kx.s.large', { memory: 12, cpus: 2 }],
  ['kx.s.xlarge', { memory: 27, cpus: 4 }],
  ['kx.s.2xlarge', { memory: 54, cpus: 8 }],
  ['kx.s.4xlarge', { memory: 108, cpus: 16 }],
  ['kx.s.8xlarge', { memory: 216, cpus: 32 }],
  ['kx.s.16xlarge', { memory: 432, cpus: 64 }],
  ['kx.s.32xlarge', { memory: 864, cpus: 128 }],
]);

/** The host types of scaling groups. */
export const HOST_TYPES: ReadonlyMap<string, Machine> = new Map([
  ['kx.sg.large', { memory: 16, cpus: 2 }],
  ['kx.sg.xlarge', { memory: 32, cpus: 4 }],
  ['kx.sg.2xlarge', { memory: 64, cpus: 8 }],
  ['kx.sg.4xlarge', { memory: 108, cpus: 16 }],
  ['kx.sg.8xlarge', { memory: 216, cpus: 32 }],
  ['kx.sg.16xlarge', { memory: 432, cpus: 64 }],
  ['kx.sg.32xlarge', { memory: 864, cpus: 128 }],
  ['kx.sg1.16xlarge', { memory: 1949, cpus: 64 }],
  ['kx.sg1.24xlarge', { memory: 2948, cpus: 96 }],
]);

/** The sizes that a disk of a type comes in: exactly `first`, or a multiple of `step`; GB. */
const DISK_SIZES: Readonly<Record<string, { first: number; step: number }>> = {
  '1000': { first: 1200, step: 2400 },
  '250': { first: 1200, step: 2400 },
  '12': { first: 6000, step: 6000 },
};

/** Why a cache (`CACHE_1000`) or volume (`SSD_250`, `HDD_12`) cannot be of a size; undefined when it can. */
export function diskSizeProblem(type: string, size: number): string | undefined {
  const sizes = DISK_SIZES[type.slice(type.indexOf('_') + 1)];
  if (sizes === undefined) return `${type} is not a known storage type`;
  const { first, step } = sizes;
  if (size === first || (size > 0 && size % step === 0)) return undefined;
  return `${type} comes in ${first === step ? '' : `${first} GB or `}multiples of ${step} GB, not in ${size}`;
}
