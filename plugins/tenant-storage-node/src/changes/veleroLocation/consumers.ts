import type { UnderClusterFacts } from '@kmetal/backstage-plugin-tenant-storage-common';
import { shownNames } from '../shownNames';
import type { Planning } from '../storageChange';
import type { InGit } from './locationInGit';
import type { VeleroLocationRequest } from './request';

/** Schedules that write to a location; undefined if they can't be seen. */
export function schedulesOf(
  facts: UnderClusterFacts,
  { namespace, name }: { namespace: string; name: string },
  isDefault: boolean,
): string[] | undefined {
  if (facts.backupSchedules.sight !== 'known') return undefined;
  return facts.backupSchedules.items
    .filter(
      each =>
        each.namespace === namespace &&
        (each.storageLocation === name ||
          (each.storageLocation === null && isDefault)),
    )
    .map(each => each.name);
}

export function refuseReadOnly(
  { request, refuse, warn, facts }: Planning<VeleroLocationRequest>,
  isDefault: boolean,
): void {
  if (request.accessMode !== 'ReadOnly' || request.confirmReadOnly) return;
  const schedules = schedulesOf(facts, request, isDefault);
  if (schedules === undefined) {
    warn(
      'schedulesUnknown',
      'Schedules can’t be seen now: those that write to this location fail once it is read-only.',
    );
  } else if (schedules.length > 0) {
    refuse({
      code: 'inUse',
      field: 'accessMode',
      problem: `Schedules write to this location, and fail once it is read-only: ${shownNames(
        schedules,
      )}.`,
      remedy: 'Point them at another location first, or set confirmReadOnly.',
    });
  }
}

function movedField(before: InGit, request: VeleroLocationRequest): string {
  if (before.bucket !== request.bucket) return 'bucket';
  return before.prefix === request.prefix ? 's3Url' : 'prefix';
}

/** Of schedules that name no location, the backups go to the default. */
export function refuseNoDefault(
  { facts, request, refuse, warn }: Planning<VeleroLocationRequest>,
  wasDefault: boolean,
): void {
  if (!wasDefault || request.default !== false) return;
  const orphans = facts.backupSchedules.items
    .filter(
      each =>
        each.namespace === request.namespace && each.storageLocation === null,
    )
    .map(({ name }) => name);
  if (orphans.length > 0) {
    refuse({
      code: 'inUse',
      field: 'default',
      problem: `Schedules name no location and go to the default, which this is: ${shownNames(
        orphans,
      )}.`,
      remedy:
        'Make another location the default instead: this one is none any more by that.',
    });
  } else if (facts.backupSchedules.sight !== 'known') {
    warn(
      'schedulesUnknown',
      'Schedules can’t be seen now: those that name no location fail, unless another location becomes the default.',
    );
  } else {
    warn(
      'noDefault',
      'Backups and schedules that name no location have none any more, unless another location becomes the default.',
    );
  }
}

/** Backups are found in the bucket and folder that their location names. */
export function refuseMoved(
  { request, refuse, warn, facts }: Planning<VeleroLocationRequest>,
  before: InGit | undefined,
): void {
  const isMoved =
    before !== undefined &&
    (before.bucket !== request.bucket ||
      before.prefix !== request.prefix ||
      before.s3Url !== request.config.s3Url);
  if (!isMoved || request.confirmMoved) return;
  const of = ({
    namespace,
    storageLocation,
  }: (typeof facts.backups.items)[0]) =>
    namespace === request.namespace && storageLocation === request.name;
  if (facts.backups.sight !== 'known') {
    warn(
      'backupsUnknown',
      `Backups can’t be seen now: those in ${
        before.bucket ?? 'the old bucket'
      } can’t be restored from this location any more.`,
    );
    return;
  }
  const backups = facts.backups.items.filter(of).map(({ name }) => name);
  const restores = facts.restores.items
    .filter(
      ({ backup, phase }) =>
        backup !== null &&
        backups.includes(backup) &&
        (phase === null || phase === 'New' || phase === 'InProgress'),
    )
    .map(({ name }) => name);
  if (backups.length === 0) return;
  refuse({
    code: 'inUse',
    field: movedField(before, request),
    problem: `${
      backups.length
    } backups are in the old place and can’t be restored once it is another: ${shownNames(
      backups,
    )}.${
      restores.length > 0
        ? ` Restores are under way: ${shownNames(restores)}.`
        : ''
    }`,
    remedy:
      'Make a new location for the new place and leave this one, or set confirmMoved.',
  });
}
