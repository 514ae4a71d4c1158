import {
  formatQuantity,
  parseQuantity,
  QuantityError,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { GitOpsError } from '../gitops';
import { shownText } from '../gitops/shownText';
import { seenText } from './formText';

/**
 * What somebody asks for.
 *
 * @public
 */
export interface QuotaRequest {
  underCluster: string;
  /** The tenant's namespace. */
  tenant: string;
  /** The whole quota of the tenant's storage class, as a Kubernetes quantity such as `20Gi`. */
  size: string;
  /** Why, in the requester's own words. */
  reason: string;
  /** Entity reference of who asks. */
  requester: string;
  /** Set if the requester knows that less than what is used blocks every new volume. */
  allowBelowUse?: boolean;
}

const LONGEST_REASON = 2000;
const MEBI = 1024n * 1024n;

/**
 * Checks a name that is a DNS label (RFC 1123), as those of namespaces and under clusters are.
 *
 * @throws GitOpsError `nameInvalid`, with the field.
 */
export function labelName(
  name: string,
  field: 'tenant' | 'underCluster',
): string {
  if (name.length > 63 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    throw new GitOpsError({
      code: 'nameInvalid',
      field,
      problem:
        name.length > 63
          ? `${shownText(name)} is longer than 63 characters.`
          : `${shownText(name)} is no name of ${
              field === 'tenant' ? 'a tenant' : 'an under cluster'
            }: those have lower-case letters a to z, digits and dashes.`,
      remedy: 'Pick it from the list.',
    });
  }
  return name;
}

function sizeError(text: string, problem: string, remedy?: string) {
  return new GitOpsError({
    code: 'sizeInvalid',
    field: 'size',
    problem: `${shownText(text)} ${problem}.`,
    remedy: remedy ?? 'Give a size such as 20Gi.',
  });
}

/** What was probably meant by `20gi`, `20 GB` or `20 Gi`. */
function meant(text: string): string | undefined {
  const match = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*([kmgtpe])i?b?\s*$/i.exec(text);
  return match ? `${match[1]}${match[2].toUpperCase()}i` : undefined;
}

/**
 * A size as it is written to Git.
 *
 * @public
 */
export interface QuotaSize {
  bytes: bigint;
  /** As it was asked for, if that is plain to every reader; otherwise in Kubernetes' canonical form. */
  written: string;
}

/**
 * Reads the size of a quota.
 *
 * @throws GitOpsError `sizeInvalid` for what the API server would refuse, and for what nobody means.
 * @public
 */
export function quotaSize(text: string): QuotaSize {
  let bytes: bigint;
  try {
    bytes = parseQuantity(text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw sizeError(text, ...faultOf(text));
  }
  if (bytes <= 0n) {
    throw sizeError(
      text,
      'leaves no room for any volume',
      'Give a size above zero, such as 20Gi.',
    );
  }
  if (bytes >= 2n ** 63n - 1n) {
    throw sizeError(text, 'is more than Kubernetes can count');
  }
  const isPlain = /^[1-9]\d*(\.\d+)?([KMGTPE]i|[kMGTP])?$/.test(text);
  return { bytes, written: isPlain ? text : formatQuantity(bytes) };
}

function faultOf(text: string): [problem: string, remedy?: string] {
  try {
    const up = parseQuantity(text, { fraction: 'up' });
    if (up > 0n && !/[munMUN]$/.test(text)) {
      const whole = formatQuantity(((up + MEBI - 1n) / MEBI) * MEBI);
      return [
        'is not a whole number of bytes, and Kubernetes refuses it',
        `Give ${whole}, the next whole size.`,
      ];
    }
    return [
      'is not a whole number of bytes',
      'Give a size such as 20Gi; m is for thousandths, Mi for mebibytes.',
    ];
  } catch {
    const guess = meant(text);
    if (/^\d+(\.\d+)?([eE]\+?\d+|[KMGTPE]i?|k)?$/.test(text)) {
      return ['is more than Kubernetes can count'];
    }
    return [
      'is no size that Kubernetes reads',
      guess ? `Did you mean ${guess}?` : undefined,
    ];
  }
}

/**
 * Checks the reason, as it can be seen.
 *
 * @throws GitOpsError `reasonInvalid`.
 * @public
 */
export function quotaReason(text: string): string {
  const seen = seenText(text);
  if (seen === '' || seen.length > LONGEST_REASON) {
    throw new GitOpsError({
      code: 'reasonInvalid',
      field: 'reason',
      problem:
        seen === ''
          ? 'There is no reason.'
          : `The reason has ${seen.length} characters, more than ${LONGEST_REASON}.`,
      remedy:
        'Say in a sentence or two what the storage is for; the platform team decides by it.',
    });
  }
  return seen;
}
