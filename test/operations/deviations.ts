import type { Facet } from './facets.ts';

/** A place where the catalog deliberately differs from the official model. */
export interface Deviation {
  readonly shape: string;
  /** The only place where it holds; everywhere that has the shape, when missing. */
  readonly place?: string;
  readonly facet: Facet;
  readonly ours: unknown;
  readonly reason: string;
}

/** Deviations in structure, enums and bounds. A row that is no longer true fails a test. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    shape: 'ChangesetStatus',
    facet: 'enum',
    ours: ['COMPLETED', 'FAILED', 'IN_PROGRESS', 'PENDING', 'PROCESSING'],
    reason: 'the service answered IN_PROGRESS, which the model does not know',
  },
  {
    shape: 'IdType',
    place: 'GetKxUser.output.userName',
    facet: 'max',
    ours: 50,
    reason: 'it returns the 50-character name that CreateKxUser took, for which IdType is too narrow',
  },
];

/** A shape for which the catalog deliberately accepts other strings than the official pattern. */
export interface PatternDeviation {
  readonly shape: string;
  /** The only place where it holds; everywhere that has the shape, when missing. */
  readonly place?: string;
  readonly change: Change;
  /** A string about which the official rule and ours disagree. */
  readonly example: string;
  readonly reason: string;
}

type Change =
  /** The whole string must match the pattern, not a part of it. */
  | { readonly anchored: true }
  /** Matches strings that the catalog rejects although the model accepts them. */
  | { readonly refuses: RegExp }
  /** Matches strings that the catalog accepts although the model rejects them. */
  | { readonly accepts: RegExp }
  /** Checked by the rule of another shape. */
  | { readonly as: string };

const UNANCHORED = 'the model for Smithy anchors it, the one for other SDKs left that out';
const PATH_LABEL =
  'an HTTP client resolves . and .. to another path, and cannot send control characters or lone surrogates';

/** Deviations from official patterns. A row that is no longer true fails a test. */
export const PATTERN_DEVIATIONS: readonly PatternDeviation[] = [
  { shape: 'EmailId', change: { anchored: true }, example: 'a b@c.de', reason: UNANCHORED },
  { shape: 'FederationProviderName', change: { anchored: true }, example: '_Okta', reason: UNANCHORED },
  { shape: 'KxCommandLineArgumentKey', change: { anchored: true }, example: 'key=value', reason: UNANCHORED },
  {
    shape: 'KxCommandLineArgumentKey',
    change: { accepts: /^[bcCeEglLmopPqrStTuUwWz]$/ },
    example: 'g',
    reason: "the service took g, one of q's own options of one letter, of which this pattern has only s",
  },
  { shape: 'KxHostType', change: { anchored: true }, example: 'kx.sg.large!', reason: UNANCHORED },
  { shape: 'url', change: { anchored: true }, example: 'https://example.com/ x', reason: UNANCHORED },
  {
    shape: 'Protocol',
    change: { anchored: true },
    example: '-1x',
    reason: 'as ^-1|[0-9]+$ it takes anything that begins with -1 or ends with a digit; -1 or a number is meant',
  },
  {
    shape: 'EnvironmentId',
    change: { refuses: /^\.{1,2}$|[\p{Cc}\p{Cs}]/u },
    example: '..',
    reason: PATH_LABEL,
  },
  {
    shape: 'KxClusterNodeIdString',
    change: { refuses: /^\.{1,2}$|[\p{Cc}\p{Cs}]|^\s*$/u },
    example: '..',
    reason: `${PATH_LABEL}; a blank label is none`,
  },
  {
    shape: 'KxVolumeArn',
    change: {
      accepts: /^arn:aws:finspace:[\w/.-]{0,63}:\d+:kxEnvironment\/[\w-]{1,128}\/kxVolume\/[\w-]{1,255}$/,
    },
    example: 'arn:aws:finspace:eu-west-1:111122223333:kxEnvironment/abc/kxVolume/data',
    reason:
      'the service answered kxVolume, as its pattern of taggable ARNs has it, where this pattern has kxSharedVolume',
  },
  {
    shape: 'IdType',
    place: 'GetKxUser.output.userName',
    change: { as: 'KxUserNameString' },
    example: 'market-data_admin',
    reason: 'it returns the name that CreateKxUser took, for which IdType is too narrow',
  },
];

/** Official patterns that are not valid with the `u` flag: they escape characters needlessly, or end a range with a class. */
export const NOT_UNICODE: readonly string[] = [
  'ExecutionRoleArn',
  'InitializationScriptFilePath',
  'KxClusterDescription',
  'KxClusterStatusReason',
  'KxDataviewStatusReason',
  'KxVolumeStatusReason',
  'S3Key',
  'SignedKxConnectionString',
];

/** Official patterns whose counterparts in the catalog are not anchored at both ends, as the model means them. */
export const OPEN_ENDED: readonly { readonly shape: string; readonly reason: string }[] = [
  { shape: 'ClientToken', reason: 'something that is not blank, anywhere' },
  { shape: 'arn', reason: '^arn:*:*:*:*:* is a glob, so as a regular expression it says no more than a leading arn' },
];
