import { GitOpsError, type GitOpsErrorParts } from '../gitops';
import { sharesOnlyBlock, type modesOf } from './provisioner';

/** CDI's StorageProfile takes no more (its CRD: maxItems). */
const MOST_SETS = 8;

export const ACCESS_MODES = [
  'ReadWriteOnce',
  'ReadWriteOncePod',
  'ReadWriteMany',
  'ReadOnlyMany',
] as const;

/** One entry of a StorageProfile's pin: CDI asks for all its access modes at once. */
export interface ClaimPropertySet {
  accessModes: string[];
  volumeMode: 'Filesystem' | 'Block';
}

const FIELD = 'claimPropertySets';

/**
 * Checks a pin that has at least one set.
 *
 * @throws GitOpsError that names the field.
 */
export function checkedPropertySets(
  given: readonly ClaimPropertySet[],
): ClaimPropertySet[] {
  if (given.length > MOST_SETS) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: FIELD,
      problem: `There are ${given.length} sets, and CDI takes ${MOST_SETS} at most.`,
      remedy: 'Leave out what is not needed.',
    });
  }
  return given.map(({ accessModes, volumeMode }, index) => {
    const wrong = (problem: string, remedy: string) =>
      new GitOpsError({
        code: 'inputInvalid',
        field: `${FIELD}.${index}.accessModes`,
        problem,
        remedy,
      });
    if (accessModes.length === 0) {
      throw wrong(
        'There is no access mode; CDI takes no set without one.',
        'Choose at least one.',
      );
    }
    if (new Set(accessModes).size < accessModes.length) {
      throw wrong('An access mode is there twice.', 'Give each once.');
    }
    if (accessModes.includes('ReadWriteOncePod') && accessModes.length > 1) {
      throw wrong(
        'ReadWriteOncePod is beside another access mode, and Kubernetes takes no such claim.',
        'Give each a set of its own.',
      );
    }
    return { accessModes: [...accessModes], volumeMode };
  });
}

/** Pins for people, such as `ReadWriteOnce/Filesystem`. */
export function shownSets(
  sets: ReadonlyArray<{ accessModes: string[]; volumeMode: string | null }>,
): string {
  return sets
    .map(
      ({ accessModes, volumeMode }) =>
        `${accessModes.join('+')}/${volumeMode ?? 'any'}`,
    )
    .join(', ');
}

/** Whether several nodes would write to one file system of a driver whose volumes share raw devices only. */
export function isImpossibleShare(
  provisioner: string,
  { accessModes, volumeMode }: ClaimPropertySet,
): boolean {
  return (
    volumeMode === 'Filesystem' &&
    accessModes.includes('ReadWriteMany') &&
    sharesOnlyBlock(provisioner)
  );
}

/**
 * Refuses what a driver never makes.
 *
 * @param can - what is known of the driver.
 * @param who - what makes the volumes, for people.
 */
export function refuseImpossibleSets(
  sets: readonly ClaimPropertySet[],
  {
    provisioner,
    can,
    who,
  }: { provisioner: string; can: ReturnType<typeof modesOf>; who: string },
  refuse: (parts: GitOpsErrorParts) => void,
): void {
  sets.forEach(({ accessModes, volumeMode }, index) => {
    const at = `${FIELD}.${index}`;
    if (can && !can.volumeModes.includes(volumeMode)) {
      refuse({
        code: 'notSupported',
        field: `${at}.volumeMode`,
        problem: `${who} makes no ${volumeMode} volumes.`,
        remedy: `Choose ${can.volumeModes.join(' or ')}.`,
      });
    }
    const other =
      can && accessModes.find(mode => !can.accessModes.includes(mode));
    if (can && other) {
      refuse({
        code: 'notSupported',
        field: `${at}.accessModes`,
        problem: `${who} makes no ${other} volumes.`,
        remedy: `Choose from ${can.accessModes.join(', ')}.`,
      });
    }
    if (isImpossibleShare(provisioner, { accessModes, volumeMode })) {
      refuse({
        code: 'notSupported',
        field: `${at}.accessModes`,
        problem: `${who} shares Block volumes only: a file system with ReadWriteMany is never made.`,
        remedy: 'Choose ReadWriteOnce, or Block.',
      });
    }
  });
}
