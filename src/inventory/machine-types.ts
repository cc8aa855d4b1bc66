/** Memory that kdb can use on the host of a scaling group, in MiB; from the FinSpace user guide. */
export const HOST_MEMORY: Readonly<Record<string, number>> = inMiB({
  'kx.sg.large': 16,
  'kx.sg.xlarge': 32,
  'kx.sg.2xlarge': 64,
  'kx.sg.4xlarge': 108,
  'kx.sg.8xlarge': 216,
  'kx.sg.16xlarge': 432,
  'kx.sg.32xlarge': 864,
  'kx.sg1.16xlarge': 1949,
  'kx.sg1.24xlarge': 2948,
});

/** The same for one node of a dedicated cluster. */
export const NODE_MEMORY: Readonly<Record<string, number>> = inMiB({
  'kx.s.large': 12,
  'kx.s.xlarge': 27,
  'kx.s.2xlarge': 54,
  'kx.s.4xlarge': 108,
  'kx.s.8xlarge': 216,
  'kx.s.16xlarge': 432,
  'kx.s.32xlarge': 864,
});

function inMiB(gibibytes: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(gibibytes).map(([type, gib]) => [type, gib * 1024]));
}
