import { GitOpsError } from '../gitops';
import { backend } from './backend';
import { benchmark } from './benchmark';
import { minio } from './minio';
import { paths } from './paths';
import { profile } from './profile';
import { restore } from './restore';
import { rookCeph } from './rookCeph';
import { snapshot } from './snapshot';
import type { StorageChange } from './storageChange';
import { storageClass } from './storageClass';
import { tenant } from './tenant';
import { veleroLocation } from './veleroLocation';

/**
 * Every change of an under cluster's storage, in the order of the platform's storage page.
 *
 * @public
 */
// The request's type is the change's own: whoever calls `plan` has it from `read` of the same change.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const storageChanges: readonly StorageChange<any>[] = [
  profile,
  backend,
  paths,
  tenant,
  storageClass,
  rookCeph,
  minio,
  veleroLocation,
  benchmark,
  snapshot,
  restore,
];

/**
 * The change of a kind.
 *
 * @throws GitOpsError `inputInvalid` for a word that is no kind.
 * @public
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function storageChangeOf(kind: string): StorageChange<any> {
  const found = storageChanges.find(each => each.kind === kind);
  if (!found) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'change',
      problem: 'There is no such change.',
      remedy: `Use one of ${storageChanges.map(each => each.kind).join(', ')}.`,
    });
  }
  return found;
}
