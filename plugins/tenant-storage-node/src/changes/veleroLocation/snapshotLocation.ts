import { shownNames } from '../shownNames';
import type { Planning } from '../storageChange';
import { API_GROUP } from './locationInGit';
import type { VeleroLocationRequest } from './request';

/** Velero's provider aws makes snapshots of EBS volumes, and of nothing else. */
export function refuseSnapshotLocation({
  draft,
  facts,
  request,
  refuse,
}: Planning<VeleroLocationRequest>): void {
  const field = 'volumeSnapshotLocation';
  const { name, namespace } = request;
  const live = facts.snapshotLocations.items.some(
    each => each.name === name && each.namespace === namespace,
  );
  if (
    live &&
    !draft.find({
      apiGroup: API_GROUP,
      kind: 'VolumeSnapshotLocation',
      namespace,
      name,
    })
  ) {
    refuse({
      code: 'ownedElsewhere',
      field,
      problem: `The VolumeSnapshotLocation ${namespace}/${name} is live and is in no configured repository: a second owner of it would fight with the first.`,
      remedy: 'Leave it out, or bring it into the repository first.',
    });
  }
  const remedy =
    'Leave it out: CSI drivers are snapshotted by VolumeSnapshotClasses, without a location.';
  if ('s3Url' in request.config) {
    refuse({
      code: 'notSupported',
      field,
      problem: `A VolumeSnapshotLocation of the provider aws works for Amazon EBS only, not with ${request.config.s3Url}.`,
      remedy,
    });
  } else if (facts.storageClasses.sight !== 'known') {
    refuse({
      code: 'factUnknown',
      field,
      problem:
        'Classes can’t be seen now, so nobody can say whether there are Amazon EBS volumes.',
      remedy,
    });
  } else if (
    !facts.storageClasses.items.some(
      ({ provisioner }) => provisioner === 'ebs.csi.aws.com',
    )
  ) {
    refuse({
      code: 'notSupported',
      field,
      problem: `No class of the under cluster makes Amazon EBS volumes: ${
        shownNames(
          facts.storageClasses.items.map(
            each => `${each.name} is ${each.provisioner}`,
          ),
        ) || 'there is none'
      }.`,
      remedy,
    });
  } else if (!('region' in request.config)) {
    refuse({
      code: 'inputInvalid',
      field: 'region',
      problem:
        'There is no region, and Velero makes no snapshots of Amazon EBS volumes without.',
      remedy: 'Give the region of the volumes, such as eu-central-1.',
    });
  }
}
