import type { FactsOfTest } from '../facts.testing';
import { repository } from '../fleet.testing';
import { planStorageChange } from '../planStorageChange';
import { backend } from './backend';
import {
  CLASS,
  GI,
  installed,
  LOCAL,
  LONGHORN,
  onLocalPath,
  open,
} from './swap.test.cluster';

const HELM = `# Local-path, as the platform's page has it.
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: local-path-provisioner
  namespace: kmetal-flux
spec:
  targetNamespace: kmetal-local-path-storage
  chart:
    spec:
      chart: local-path-provisioner
      version: 0.0.30
  values:
    storageClassConfigs:
      local-path:
        storageClass:
          create: true
          defaultClass: false
        nodePathMap:
          - node: c1
            paths:
              - /var/data/local
          - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
            paths: []
      tenant-storage-class:
        storageClass:
          create: true # the tenants' class
          defaultClass: false
          reclaimPolicy: Delete
        nodePathMap:
          - node: w1
            paths:
              - /var/data/tenant
          - node: DEFAULT_PATH_FOR_NON_LISTED_NODES
            paths: []
`;
const RELEASED = HELM.replace("true # the tenants'", "false # the tenants'");
const LOCATION = 'local-path.yaml';

const LONGHORN_CLASS = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: tenant-storage-class
  annotations:
    helm.sh/resource-policy: keep
provisioner: driver.longhorn.io
parameters:
  numberOfReplicas: "3"
  staleReplicaTimeout: "2880"
  fsType: ext4
  dataLocality: disabled
reclaimPolicy: Delete
allowVolumeExpansion: true
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata:
  name: tenant-storage-class
spec:
  claimPropertySets:
    - accessModes:
        - ReadWriteOnce
      volumeMode: Filesystem
`;

interface Asked {
  input: Record<string, unknown>;
  after?: Record<string, unknown>[];
  facts?: FactsOfTest;
  files?: Record<string, string>;
}

function plan({
  input,
  after,
  facts = {},
  files = { [LOCATION]: HELM },
}: Asked) {
  return planStorageChange(backend, {
    underCluster: 'muc-1',
    input,
    reason: 'Volumes shall survive their node.',
    requester: 'user:default/ops',
    repositories: [
      repository(files, {
        newFiles: { storage: 'storage/{change}-{object}.yaml' },
      }),
    ],
    facts: onLocalPath(facts),
    after,
  });
}

function refused(asked: Asked) {
  const planned = plan(asked);
  expect(planned.changed).toBe(false);
  expect(planned.diff).toBe('');
  return planned.refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

const served = (
  provisioner: string,
  more: Record<string, unknown> = {},
): FactsOfTest => ({
  storageClasses: [
    { name: 'local-path', provisioner: LOCAL },
    { name: CLASS, provisioner, ...more },
  ],
});
const ready = installed(LONGHORN, 'longhorn');
const noneLeft: FactsOfTest = {
  volumes: [{ storageClass: CLASS, provisionedBy: LONGHORN }],
};
const release = { stage: 'release', to: 'longhorn' };
const claim = { stage: 'claim', to: 'longhorn' };
const cleanUp = { stage: 'cleanUp', to: 'longhorn' };

describe('the traps of a swap', () => {
  it('refuses to take the entry out while volumes are left on local-path', () => {
    expect(
      refused({
        input: cleanUp,
        facts: { ...ready, ...served(LONGHORN) },
        files: { [LOCATION]: RELEASED },
      }),
    ).toEqual([
      {
        code: 'volumesLeft',
        field: null,
        message: `3 volumes (30 Gi) of ${CLASS} are left on ${LOCAL}: without what is to be taken out, nothing could delete them, and their data would stay on the disks.`,
      },
    ]);
  });

  it('counts volumes that do not say who made them as left', () => {
    expect(
      refused({
        input: cleanUp,
        facts: {
          ...ready,
          ...served(LONGHORN),
          volumes: [{ storageClass: CLASS, phase: 'Released' }],
        },
        files: { [LOCATION]: RELEASED },
      }),
    ).toMatchObject([{ code: 'volumesLeft' }]);
  });

  it("refuses to take the entry out where volumes can't be seen", () => {
    expect(
      refused({
        input: cleanUp,
        facts: { ...ready, ...served(LONGHORN), volumes: 'unknown' },
        files: { [LOCATION]: RELEASED },
      }),
    ).toMatchObject([{ code: 'factUnknown' }]);
  });

  it('never empties storageClassConfigs: the chart would make a class on every node', () => {
    const only = RELEASED.replace(
      / {6}local-path:\n(.*\n)*?(?= {6}tenant)/,
      '',
    );
    expect(only).not.toContain('c1');
    expect(
      refused({
        input: cleanUp,
        facts: { ...ready, ...served(LONGHORN), ...noneLeft },
        files: { [LOCATION]: only },
      }),
    ).toMatchObject([{ code: 'boundaryBroken' }]);
  });

  it("never takes out what local-path's values still make", () => {
    expect(
      refused({
        input: cleanUp,
        facts: { ...ready, ...served(LONGHORN), ...noneLeft },
      }),
    ).toMatchObject([{ code: 'notReleased' }]);
  });

  it('never hands over the class local-path', () => {
    expect(
      refused({
        input: release,
        facts: { ...ready, storageClass: 'local-path' },
      }),
    ).toMatchObject([{ code: 'notSupported' }]);
  });

  it('refuses a claim before the release is asked for', () => {
    expect(refused({ input: claim, facts: ready })).toEqual([
      {
        code: 'notReleased',
        field: 'stage',
        message: expect.stringMatching(
          /^tenant-storage-class is made by local-path's values \(local-path\.yaml:\d+\) in Git, and no request to release it is open/,
        ),
      },
    ]);
  });

  it('refuses a claim whose open release is for another backend', () => {
    expect(
      refused({ input: claim, facts: { ...ready, ...open('release', 'nfs') } }),
    ).toMatchObject([{ code: 'notReleased' }]);
  });

  it('plans a claim beside its open release, with the gate shut', () => {
    const planned = plan({
      input: claim,
      facts: { ...ready, ...open('release', 'longhorn') },
    });
    expect(planned.refusals).toEqual([]);
    expect(planned.changed).toBe(true);
    expect(planned.gates).toContainEqual({
      id: 'classGone',
      title: `The class ${CLASS} is let go of`,
      state: 'failed',
      detail: `${LOCAL} still serves it, until the release is merged and applied.`,
    });
  });

  it('plans a claim after the release of the same task as it is planned once that is recorded', () => {
    const recorded = plan({
      input: claim,
      facts: { ...ready, ...open('release', 'longhorn') },
    });
    expect(recorded.changed).toBe(true);
    expect(plan({ input: claim, after: [release], facts: ready })).toEqual(
      recorded,
    );
    expect(
      plan({
        input: claim,
        after: [release],
        facts: { ...ready, ...open('release', 'nfs') },
      }),
    ).toEqual(recorded);
  });

  it('refuses a claim after the release for another backend, and after what is no release', () => {
    for (const after of [
      { ...release, to: 'local-path' },
      { ...claim, stage: 'install', longhorn: { chartVersion: '1.9.1' } },
    ]) {
      expect(
        refused({ input: claim, after: [after], facts: ready }),
      ).toMatchObject([{ code: 'notReleased' }]);
    }
  });

  it('names the field of the earlier change that is wrong', () => {
    for (const [after, field] of [
      [{ ...release, stage: 'x' }, 'after.1.stage'],
      [{ ...release, color: 'red' }, 'after.1.color'],
      [
        { ...release, longhorn: { replicas: 'x' } },
        'after.1.longhorn.replicas',
      ],
    ] as const) {
      expect(
        refused({ input: claim, after: [release, after], facts: ready }),
      ).toMatchObject([{ field }]);
    }
  });

  it('says once what is wrong with the change and with the earlier one', () => {
    const longhorn = { replicas: 'x' };
    expect(
      refused({
        input: { ...claim, longhorn },
        after: [{ ...release, longhorn }],
        facts: ready,
      }),
    ).toMatchObject([{ field: 'longhorn.replicas' }]);
  });

  it('opens no gate by what is not asked for yet', () => {
    const gates = (asked: Asked) =>
      plan(asked).gates.map(({ id, state }) => ({ id, state }));
    for (const facts of [{}, ready, { ...ready, helmReleases: [] }]) {
      expect(gates({ input: claim, after: [release], facts })).toEqual(
        gates({ input: claim, facts }),
      );
      expect(gates({ input: release, after: [claim], facts })).toEqual(
        gates({ input: release, facts }),
      );
    }
  });

  it('plans a claim while a merged release is not applied yet, with the gate shut', () => {
    const planned = plan({
      input: claim,
      facts: ready,
      files: { [LOCATION]: RELEASED },
    });
    expect(planned.refusals).toEqual([]);
    expect(planned.gates).toContainEqual(
      expect.objectContaining({ id: 'classGone', state: 'failed' }),
    );
  });

  it.each(['install', 'release', 'claim', 'cleanUp'])(
    'never writes force, latest or a default class (%s)',
    stage => {
      const planned = plan({
        input: {
          stage,
          to: 'longhorn',
          longhorn: { chartVersion: '1.9.1' },
        },
        facts:
          stage === 'cleanUp'
            ? { ...ready, ...served(LONGHORN), ...noneLeft }
            : {
                ...(stage === 'install' ? {} : ready),
                ...(stage === 'claim' ? open('release', 'longhorn') : {}),
              },
        files: { [LOCATION]: stage === 'cleanUp' ? RELEASED : HELM },
      });
      expect(planned.refusals).toEqual([]);
      expect(planned.changed).toBe(true);
      const added = planned.diff
        .split('\n')
        .filter(line => line.startsWith('+'))
        .join('\n');
      expect(added).not.toMatch(
        /\bforce|latest|is-default-class|defaultClass: true/i,
      );
    },
  );

  it('refuses the field force', () => {
    expect(refused({ input: { ...release, force: true } })).toMatchObject([
      { code: 'inputInvalid', field: 'force' },
    ]);
  });

  it('writes class and pin together, and moves a pin that is elsewhere', () => {
    const planned = plan({
      input: claim,
      facts: { ...ready, ...open('release', 'longhorn') },
      files: {
        [LOCATION]: HELM,
        'cdi/profile.yaml': `apiVersion: cdi.kubevirt.io/v1beta1
kind: StorageProfile
metadata:
  name: tenant-storage-class
  labels:
    team: platform
spec:
  cloneStrategy: copy
  claimPropertySets:
    - accessModes:
        - ReadWriteOnce
      volumeMode: Filesystem
`,
      },
    });
    expect(planned.files).toMatchObject([
      { path: 'cdi/profile.yaml', status: 'deleted' },
      { path: 'storage/backend-claim-longhorn.yaml', status: 'created' },
    ]);
    expect(planned.files[1].content).toMatch(
      /kind: StorageClass[\s\S]*---[\s\S]*kind: StorageProfile[\s\S]*team: platform[\s\S]*cloneStrategy: copy/,
    );
  });

  it.each([{}, { claimPropertySets: [] }])(
    'refuses a claim without a pin, for a vendor that CDI does not know: %j',
    more => {
      const csi = { provisioner: 'csi.example.com' };
      expect(
        refused({ input: { stage: 'claim', to: 'csi', csi, ...more } }),
      ).toMatchObject([{ code: 'inputInvalid', field: 'claimPropertySets' }]);
    },
  );

  it('never claims for local-path without its pin, not even where a form leaves that empty', () => {
    const { changed, diff } = plan({
      input: { stage: 'claim', to: 'local-path', claimPropertySets: [] },
    });
    expect(changed).toBe(true);
    expect(diff).toContain(
      '+kind: StorageProfile\n+metadata:\n+  name: tenant-storage-class\n+spec:\n+  claimPropertySets:\n+    - accessModes:\n+        - ReadWriteOnce\n+      volumeMode: Filesystem\n',
    );
  });

  it('refuses an array that CDI would use as raw shared devices, without a pin', () => {
    expect(
      refused({
        input: {
          stage: 'claim',
          to: 'csi',
          csi: { provisioner: 'csi.hpe.com' },
        },
      }),
    ).toMatchObject([{ code: 'inputInvalid', field: 'claimPropertySets' }]);
  });

  it('refuses raw devices until somebody vouches for containerd', () => {
    const input = {
      ...claim,
      claimPropertySets: [
        { accessModes: ['ReadWriteMany'], volumeMode: 'Block' },
      ],
    };
    const facts = { ...ready, ...open('release', 'longhorn') };
    expect(refused({ input, facts })).toMatchObject([
      { code: 'confirmationMissing', field: 'confirmBlock' },
    ]);
    expect(
      plan({ input: { ...input, confirmBlock: true }, facts }),
    ).toMatchObject({
      changed: true,
      warnings: expect.arrayContaining([
        expect.objectContaining({ code: 'rawBlock' }),
      ]),
    });
  });

  /** What is said against a pin when a backend is installed. */
  const refusedPin = (
    input: Record<string, unknown>,
    accessMode: string,
    volumeMode: string,
  ) =>
    refused({
      input: {
        stage: 'install',
        ...input,
        claimPropertySets: [{ accessModes: [accessMode], volumeMode }],
      },
    });

  it.each([
    ['local-path', {}, 'Block'],
    ['nfs', { nfs: { server: 'nfs.example.com', share: '/exports' } }, 'Block'],
  ])('refuses raw devices of %s, which makes none', (to, more, volumeMode) => {
    expect(
      refusedPin(
        { to, ...more, confirmBlock: true },
        'ReadWriteOnce',
        volumeMode,
      ),
    ).toContainEqual(
      expect.objectContaining({
        code: 'notSupported',
        field: 'claimPropertySets.0.volumeMode',
      }),
    );
  });

  it('refuses the way back with shared volumes, which local-path makes none of', () => {
    expect(
      refusedPin({ to: 'local-path' }, 'ReadWriteMany', 'Filesystem'),
    ).toMatchObject([
      { code: 'notSupported', field: 'claimPropertySets.0.accessModes' },
    ]);
  });

  it.each([
    ['rook-ceph', { rookCeph: { pool: 'tenants' } }],
    ['csi', { csi: { provisioner: 'rbd.csi.ceph.com' } }],
  ])(
    'refuses shared file systems of %s, whose volumes share raw devices only',
    (to, more) => {
      expect(
        refusedPin({ to, ...more }, 'ReadWriteMany', 'Filesystem'),
      ).toContainEqual(
        expect.objectContaining({
          code: 'notSupported',
          field: 'claimPropertySets.0.accessModes',
          message: expect.stringContaining('shares Block volumes only'),
        }),
      );
    },
  );

  it('refuses a release and a claim that leave a tenant without room for creating twice, and names it', () => {
    const tight: FactsOfTest = {
      ...ready,
      ...open('release', 'longhorn'),
      tenants: [
        {
          name: 'beta',
          hard: `${30n * GI}`,
          used: `${20n * GI}`,
          largestClaim: `${10n * GI}`,
        },
      ],
    };
    for (const input of [release, claim]) {
      expect(refused({ input, facts: tight })).toEqual([
        {
          code: 'headroomTooSmall',
          field: 'confirmHeadroom',
          message: expect.stringContaining('beta (10 Gi free, 20 Gi needed)'),
        },
      ]);
      expect(
        plan({ input: { ...input, confirmHeadroom: true }, facts: tight }),
      ).toMatchObject({
        changed: true,
        warnings: expect.arrayContaining([
          expect.objectContaining({ code: 'headroomTooSmall' }),
        ]),
      });
    }
  });

  it("asks for a word where tenants can't be seen", () => {
    expect(
      refused({ input: release, facts: { ...ready, tenants: 'unknown' } }),
    ).toMatchObject([
      { code: 'confirmationMissing', field: 'confirmHeadroom' },
    ]);
  });

  it('refuses a second owner of a class that a chart renders', () => {
    const labels = { 'helm.toolkit.fluxcd.io/name': 'kmetal' };
    expect(
      refused({
        input: claim,
        facts: { ...ready, ...served(LOCAL, { labels }) },
        files: {},
      }),
    ).toEqual([
      {
        code: 'ownedByHelmRelease',
        field: null,
        message: expect.stringContaining('rendered by the Helm release kmetal'),
      },
    ]);
  });

  it('refuses a second owner of a profile that a chart renders', () => {
    expect(
      refused({
        input: claim,
        facts: {
          ...ready,
          ...open('release', 'longhorn'),
          storageProfiles: [
            {
              name: CLASS,
              labels: { 'helm.toolkit.fluxcd.io/name': 'kmetal-cdi' },
            },
          ],
        },
      }),
    ).toMatchObject([{ code: 'ownedByHelmRelease' }]);
  });

  it('refuses a class that Git makes twice', () => {
    expect(
      refused({
        input: release,
        facts: ready,
        files: { [LOCATION]: HELM, 'class.yaml': LONGHORN_CLASS },
      }),
    ).toMatchObject([{ code: 'ownedElsewhere' }]);
  });

  it('refuses to change what Kubernetes lets nobody change of a class', () => {
    expect(
      refused({
        input: { ...claim, longhorn: { replicas: 2 } },
        facts: { ...ready, ...served(LONGHORN) },
        files: { [LOCATION]: RELEASED, 'class.yaml': LONGHORN_CLASS },
      }),
    ).toMatchObject([{ code: 'notSupported', field: 'to' }]);
  });

  it("refuses any stage but an install where classes can't be seen", () => {
    for (const input of [release, claim, cleanUp]) {
      expect(
        refused({ input, facts: { ...ready, storageClasses: 'unknown' } }),
      ).toContainEqual(expect.objectContaining({ code: 'factUnknown' }));
    }
  });

  it('refuses more copies than there are workers, and asks where nodes are not seen', () => {
    const input = {
      stage: 'install',
      to: 'longhorn',
      longhorn: { chartVersion: '1.9.1', replicas: 4 },
    };
    expect(refused({ input })).toMatchObject([
      { code: 'notSupported', field: 'longhorn.replicas' },
    ]);
    expect(refused({ input, facts: { nodes: 'unknown' } })).toMatchObject([
      { code: 'confirmationMissing', field: 'confirmReplicas' },
    ]);
    expect(
      plan({
        input: { ...input, confirmReplicas: true },
        facts: { nodes: 'unknown' },
      }),
    ).toMatchObject({ changed: true });
  });

  it('refuses a clean-up before the swap is done, though no volume is left', () => {
    for (const storageClasses of [
      served(LOCAL),
      { storageClasses: [{ name: 'local-path', provisioner: LOCAL }] },
    ]) {
      expect(
        refused({
          input: cleanUp,
          facts: { ...ready, ...storageClasses, volumes: [] },
          files: { [LOCATION]: RELEASED },
        }),
      ).toMatchObject([{ code: 'notReady', field: 'to' }]);
    }
  });

  it('refuses to enter a class in the map again without a node for its volumes', () => {
    const files = {
      [LOCATION]: HELM.slice(0, HELM.indexOf('      tenant-storage-class:')),
    };
    for (const localPath of [
      {},
      { localPath: { nodes: [{ node: 'w1', paths: [] }] } },
    ]) {
      expect(
        refused({
          input: { stage: 'install', to: 'local-path', ...localPath },
          facts: { ...served(LONGHORN), localPathMaps: [] },
          files,
        }),
      ).toMatchObject([{ code: 'inputInvalid', field: 'localPath.nodes' }]);
    }
  });

  it('refuses to enter a class beside a map that is fed from elsewhere', () => {
    const input = {
      stage: 'install',
      to: 'local-path',
      localPath: { nodes: [{ node: 'w3', paths: ['/var/data/tenant'] }] },
    };
    const without = HELM.slice(0, HELM.indexOf('      tenant-storage-class:'));
    expect(
      refused({
        input,
        facts: served(LONGHORN),
        files: { [LOCATION]: without },
      }),
    ).toMatchObject([
      {
        code: 'ownedElsewhere',
        message: expect.stringContaining('local-path-config'),
      },
    ]);
    expect(
      refused({
        input,
        facts: { ...served(LONGHORN), localPathMaps: [] },
        files: {
          [LOCATION]: `${HELM.slice(
            0,
            HELM.indexOf('  values:'),
          )}  valuesFrom:\n    - kind: ConfigMap\n      name: kmetal-values\n`,
        },
      }),
    ).toMatchObject([{ code: 'boundaryBroken' }]);
    expect(
      plan({
        input,
        facts: { ...served(LONGHORN), localPathMaps: 'unknown' },
        files: { [LOCATION]: without },
      }).warnings,
    ).toContainEqual(expect.objectContaining({ code: 'mapUnknown' }));
  });

  it('refuses to install a chart where nothing installs charts', () => {
    expect(
      refused({
        input: {
          stage: 'install',
          to: 'longhorn',
          longhorn: { chartVersion: '1.9.1' },
        },
        facts: { helmReleases: 'notInstalled' },
      }),
    ).toMatchObject([{ code: 'notInstalled', field: null }]);
  });

  it('refuses to change the class of a canary that is there', () => {
    const live = { name: `${CLASS}-canary-longhorn`, provisioner: LONGHORN };
    expect(
      refused({
        input: { stage: 'install', to: 'longhorn' },
        facts: {
          csiDrivers: [{ name: LONGHORN }],
          storageClasses: [
            { name: CLASS, provisioner: LOCAL },
            { ...live, parameters: { numberOfReplicas: '1' } },
          ],
        },
      }),
    ).toMatchObject([
      {
        code: 'nameTaken',
        message: expect.stringContaining(live.name),
      },
    ]);
  });

  it('refuses to install a chart without its exact version', () => {
    expect(
      refused({ input: { stage: 'install', to: 'longhorn' } }),
    ).toMatchObject([
      { code: 'imageNotPinned', field: 'longhorn.chartVersion' },
    ]);
  });

  it('names the action that brings Rook, where its driver is missing', () => {
    const planned = plan({ input: { stage: 'install', to: 'rook-ceph' } });
    expect(planned.refusals).toMatchObject([
      { code: 'notInstalled', field: 'to' },
    ]);
    expect(planned.refusals[0].remedy).toContain('kmetal:storage:rook-ceph');
  });

  it("refuses a vendor's driver that is not there", () => {
    expect(
      refused({
        input: {
          stage: 'install',
          to: 'csi',
          csi: { provisioner: 'csi.example.com' },
          claimPropertySets: [
            { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
          ],
        },
      }),
    ).toMatchObject([{ code: 'notInstalled', field: 'csi.provisioner' }]);
  });

  it('refuses a second release of a driver that is being installed', () => {
    expect(
      refused({
        input: {
          stage: 'install',
          to: 'longhorn',
          longhorn: { chartVersion: '1.9.1' },
        },
        facts: {
          helmReleases: [
            {},
            { namespace: 'longhorn-system', name: 'lh', chart: 'longhorn' },
          ],
        },
      }),
    ).toMatchObject([{ code: 'ownedByHelmRelease' }]);
  });

  it('refuses a second release of a driver that Git installs under another name, applied or not', () => {
    const files = {
      [LOCATION]: HELM,
      'block.yaml': HELM.slice(0, HELM.indexOf('  values:'))
        .replace('name: local-path-provisioner', 'name: block-storage')
        .replace('chart: local-path-provisioner', 'chart: longhorn'),
    };
    expect(
      refused({
        input: {
          stage: 'install',
          to: 'longhorn',
          longhorn: { chartVersion: '1.9.1' },
        },
        files,
      }),
    ).toEqual([
      {
        code: 'ownedByHelmRelease',
        field: null,
        message: expect.stringContaining('block.yaml'),
      },
    ]);
  });

  it('installs a driver that is there no second time', () => {
    const planned = plan({
      input: { stage: 'install', to: 'longhorn' },
      facts: { csiDrivers: [{ name: LONGHORN }] },
    });
    expect(planned.warnings).toContainEqual(
      expect.objectContaining({ code: 'driverThere' }),
    );
    expect(planned.diff).not.toContain('HelmRelease');
    expect(planned.diff).toContain(`${CLASS}-canary-longhorn`);
  });

  it('makes no class for snapshots that nobody knows, and no second one', () => {
    const input = {
      stage: 'install',
      to: 'longhorn',
      longhorn: { chartVersion: '1.9.1' },
    };
    for (const snapshotClasses of ['notInstalled', 'unknown'] as const) {
      const planned = plan({ input, facts: { snapshotClasses } });
      expect(planned.diff).not.toContain('VolumeSnapshotClass');
      expect(planned.warnings).toContainEqual(
        expect.objectContaining({ code: 'noSnapshots' }),
      );
    }
    const planned = plan({
      input,
      facts: { snapshotClasses: [{ name: 'mine', driver: LONGHORN }] },
    });
    expect(planned.diff).not.toContain('VolumeSnapshotClass');
    expect(planned.warnings).toContainEqual(
      expect.objectContaining({ code: 'snapshotClassThere' }),
    );
  });

  it('refuses to release a class by taking it out of Git where Flux leaves it', () => {
    const labels = {
      'kustomize.toolkit.fluxcd.io/name': 'storage',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    };
    const back = { stage: 'release', to: 'local-path' };
    const files = { [LOCATION]: RELEASED, 'class.yaml': LONGHORN_CLASS };
    expect(
      refused({
        input: back,
        facts: {
          ...served(LONGHORN, { labels }),
          kustomizations: [{ prune: false }],
        },
        files,
      }),
    ).toMatchObject([{ code: 'unsafe' }]);
    expect(
      refused({
        input: back,
        facts: served(LONGHORN, { labels }),
        files: {
          ...files,
          'class.yaml': LONGHORN_CLASS.replace(
            'keep\n',
            'keep\n    kustomize.toolkit.fluxcd.io/prune: disabled\n',
          ),
        },
      }),
    ).toMatchObject([{ code: 'unsafe' }]);
  });

  it('refuses the way back before the release is asked for, and for a class that left the map', () => {
    const back = { stage: 'claim', to: 'local-path' };
    expect(
      refused({
        input: back,
        facts: served(LONGHORN),
        files: { [LOCATION]: RELEASED, 'class.yaml': LONGHORN_CLASS },
      }),
    ).toMatchObject([{ code: 'notReleased' }]);
    expect(
      refused({
        input: back,
        facts: { ...served(LONGHORN), ...open('release', 'local-path') },
        files: {
          [LOCATION]: HELM.replace(/ {6}tenant-storage-class:[\s\S]*/, ''),
          'class.yaml': LONGHORN_CLASS,
        },
      }),
    ).toMatchObject([{ code: 'notFound' }]);
  });

  it('says that the class comes back with the reclaimPolicy that the values have', () => {
    const codes = (reclaimPolicy: string) =>
      plan({
        input: { stage: 'claim', to: 'local-path', reclaimPolicy },
        facts: {
          storageClasses: [{ name: 'local-path', provisioner: LOCAL }],
        },
        files: { [LOCATION]: RELEASED },
      }).warnings.map(({ code }) => code);
    expect(codes('Retain')).toContain('reclaimPolicyKept');
    expect(codes('Delete')).not.toContain('reclaimPolicyKept');
  });

  it('asks for the setting where the values of local-path are in no repository', () => {
    expect(
      refused({ input: { stage: 'install', to: 'local-path' }, files: {} }),
    ).toMatchObject([{ code: 'notFound', field: 'locators.localPath' }]);
  });

  it('tells before a release what stays, what waits, and which classes are defaults', () => {
    const { warnings, impact } = plan({
      input: release,
      facts: {
        ...ready,
        storageClasses: [
          { name: 'local-path', provisioner: LOCAL, isDefault: true },
          { name: CLASS, provisioner: LOCAL },
        ],
        underWay: [
          { kind: 'DataVolume', name: 'pvc-1', phase: 'ImportInProgress' },
        ],
        snapshotClasses: [{ name: 'old', driver: 'csi.old.com' }],
        helmReleases: [{ driftDetection: 'enabled' }],
        kustomizations: [{ force: true, suspended: true }],
        capacity: { bytes: `${1000n * GI}`, source: 'configured' },
        quotaSum: `${150n * GI}`,
      },
    });
    expect(warnings.map(({ code }) => code)).toEqual([
      'volumesStay',
      'defaultClasses',
      'snapshotClasses',
      'driftDetection',
      'forceSet',
      'suspended',
      'underWay',
    ]);
    expect(warnings[0].message).toBe(
      `3 volumes (30 Gi) stay with ${LOCAL}: they can't be snapshotted or expanded, and still need local-path running, with the class in its map. A swap moves no data.`,
    );
    expect(impact).toEqual([
      {
        what: `What serves ${CLASS}`,
        before: LOCAL,
        after: 'nothing',
        note: `It becomes ${LONGHORN} with the claim; until then there is no class.`,
      },
      {
        what: 'Pinned profile',
        before: null,
        after: null,
        note: 'CDI throws the profile away with the class; it becomes ReadWriteOnce/Filesystem with the claim.',
      },
      expect.objectContaining({ what: 'Tenants affected', after: '2' }),
      {
        what: 'Quota needed while a 10Gi volume is created',
        before: '10.6 Gi',
        after: '21.2 Gi',
        note: '10.6 Gi once it is there.',
      },
      {
        what: 'Tenants without room for one more of their largest volume',
        before: null,
        after: '0',
        note: null,
      },
      {
        what: 'Volumes on the old backend',
        before: '3 (30 Gi)',
        after: '3 (30 Gi)',
        note: 'They stay; the quotas count them as before.',
      },
      {
        what: 'Capacity',
        before: '1000 Gi',
        after: null,
        note: 'Of the new backend it is not known; quotas of all tenants add up to 150 Gi, and each byte takes 3 on disks.',
      },
    ]);
  });

  it('tells of an install and a claim which of them changes what serves the class, and its pin', () => {
    const shownOf = (input: Record<string, unknown>, facts: FactsOfTest) =>
      plan({ input, facts: { ...facts, ...open('release', 'longhorn') } })
        .impact.slice(0, 2)
        .map(({ before, after }) => [before, after]);
    expect(
      shownOf(
        {
          stage: 'install',
          to: 'longhorn',
          longhorn: { chartVersion: '1.9.1' },
        },
        {},
      ),
    ).toEqual([
      [LOCAL, LOCAL],
      [null, null],
    ]);
    expect(shownOf(claim, ready)).toEqual([
      [LOCAL, LONGHORN],
      [null, 'ReadWriteOnce/Filesystem'],
    ]);
  });

  it('tells what a volume takes now by how it is made now', () => {
    const before = (volumeMode: 'Block' | 'Filesystem') =>
      plan({
        input: { stage: 'claim', to: 'nfs', nfs: { server: 'n', share: '/x' } },
        facts: {
          ...served('csi.old.com'),
          ...open('release', 'nfs', 'merged', {
            nfs: { server: 'n', share: '/x' },
          }),
          csiDrivers: [{ name: 'csi.old.com' }],
          storageProfiles: [
            {
              name: CLASS,
              claimPropertySets: [
                { accessModes: ['ReadWriteOnce'], volumeMode },
              ],
            },
          ],
        },
        files: { [LOCATION]: RELEASED },
      }).impact.find(({ what }) => what.startsWith('Quota needed'));
    expect(before('Block')).toMatchObject({
      before: '20 Gi',
      after: '21.2 Gi',
    });
    expect(before('Filesystem')).toMatchObject({ before: '21.2 Gi' });
  });

  it('says of a canary that was made with other parameters what it tells nothing of', () => {
    const canaryOf = (numberOfReplicas: string) =>
      plan({
        input: release,
        facts: {
          ...ready,
          storageClasses: [
            { name: CLASS, provisioner: LOCAL },
            {
              name: `${CLASS}-canary-longhorn`,
              provisioner: LONGHORN,
              parameters: {
                numberOfReplicas,
                staleReplicaTimeout: '2880',
                fsType: 'ext4',
                dataLocality: 'disabled',
              },
            },
          ],
        },
      }).warnings.filter(({ code }) => code === 'canaryOther');
    expect(canaryOf('3')).toEqual([]);
    expect(canaryOf('1')).toEqual([
      {
        code: 'canaryOther',
        message: `The canary ${CLASS}-canary-longhorn was made with other parameters than ${CLASS} shall have (numberOfReplicas): that it is bound tells nothing of those.`,
      },
    ]);
  });

  it('says what it can not see of snapshots and of Flux', () => {
    const { warnings } = plan({
      input: release,
      facts: {
        ...ready,
        snapshotClasses: 'unknown',
        kustomizations: 'unknown',
      },
    });
    expect(warnings.map(({ code }) => code)).toEqual([
      'volumesStay',
      'snapshotClassesUnknown',
      'kustomizationsUnknown',
    ]);
  });

  it('says so where there is nothing to do', () => {
    for (const [input, facts, files] of [
      [release, ready, { [LOCATION]: RELEASED }],
      [
        claim,
        {
          ...ready,
          ...served(LONGHORN, {
            parameters: {
              numberOfReplicas: '3',
              staleReplicaTimeout: '2880',
              fsType: 'ext4',
              dataLocality: 'disabled',
            },
          }),
        },
        { [LOCATION]: RELEASED, 'class.yaml': LONGHORN_CLASS },
      ],
      [{ stage: 'install', to: 'local-path' }, {}, { [LOCATION]: HELM }],
      [{ stage: 'release', to: 'local-path' }, {}, { [LOCATION]: HELM }],
    ] as Array<
      [Record<string, unknown>, FactsOfTest, Record<string, string>]
    >) {
      const planned = plan({ input, facts, files });
      expect(planned).toMatchObject({ changed: false, refusals: [], diff: '' });
      expect(planned.summary).not.toBe('');
    }
  });
});
