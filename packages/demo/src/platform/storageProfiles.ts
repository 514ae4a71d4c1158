import { isDeepStrictEqual } from 'node:util';
import { KubeObject } from '@kmetal/under-cluster';
import { LiveObjects } from './liveObjects';

const PROFILES = '/apis/cdi.kubevirt.io/v1beta1/storageprofiles';
const CLASSES = '/apis/storage.k8s.io/v1/storageclasses';

const RWO = 'ReadWriteOnce';
const RWX = 'ReadWriteMany';
const sets = (...choices: Array<[mode: string, volume: string]>) =>
  choices.map(([accessMode, volumeMode]) => ({
    accessModes: [accessMode],
    volumeMode,
  }));

/** What CDI knows of a class by itself (pkg/storagecapabilities/storagecapabilities.go of v1.63); nothing of local-path. */
function builtIn({ provisioner, parameters }: KubeObject) {
  if (/(^|\.)rbd\.csi\.ceph\.com$/.test(provisioner)) {
    return sets([RWX, 'Block'], [RWO, 'Block'], [RWO, 'Filesystem']);
  }
  if (/(^|\.)cephfs\.csi\.ceph\.com$/.test(provisioner)) {
    return sets([RWX, 'Filesystem'], [RWO, 'Filesystem']);
  }
  switch (provisioner) {
    case 'nfs.csi.k8s.io':
      return sets([RWX, 'Filesystem']);
    case 'driver.longhorn.io':
      return parameters?.fsType
        ? sets([RWO, 'Filesystem'])
        : sets([RWO, 'Block']);
    default:
      return [];
  }
}

/** A stand-in for CDI's StorageProfiles: each comes and goes with the class of its name, and tells what was pinned or, without a pin, what CDI knows. */
export class StorageProfiles {
  readonly #objects: LiveObjects;

  constructor(objects: LiveObjects) {
    this.#objects = objects;
  }

  async turn(): Promise<void> {
    // Profiles first: of those that are there now, none has a class that comes after this.
    const profiles = await this.#objects.list(PROFILES);
    const classes = await this.#objects.list(CLASSES);
    const find = (all: KubeObject[], name: string) =>
      all.find(({ metadata }) => metadata.name === name);
    for (const { metadata } of profiles) {
      if (!find(classes, metadata.name)) {
        await this.#objects.remove(`${PROFILES}/${metadata.name}`);
      }
    }
    for (const storageClass of classes) {
      const { name } = storageClass.metadata;
      const profile = find(profiles, name);
      if (profile) {
        await this.#tell(profile, storageClass);
      } else {
        await this.#objects.create(PROFILES, {
          apiVersion: 'cdi.kubevirt.io/v1beta1',
          kind: 'StorageProfile',
          metadata: { name },
          spec: {},
        });
      }
    }
  }

  async #tell(profile: KubeObject, storageClass: KubeObject): Promise<void> {
    const pinned = profile.spec.claimPropertySets ?? [];
    const { claimPropertySets = [], provisioner } = profile.status ?? {};
    const wanted = pinned.length > 0 ? pinned : builtIn(storageClass);
    if (
      provisioner !== storageClass.provisioner ||
      !isDeepStrictEqual(claimPropertySets, wanted)
    ) {
      await this.#objects.patch(`${PROFILES}/${profile.metadata.name}/status`, {
        status: {
          claimPropertySets: wanted,
          provisioner: storageClass.provisioner,
          storageClass: storageClass.metadata.name,
        },
      });
    }
  }
}
