import type { FactsOfTest } from '../facts.testing';
import { readStorageChange } from '../planStorageChange';
import { backend } from './backend';
import { shortTenants } from './swapHeadroom';
import {
  CLASS,
  GI,
  installed,
  LOCAL,
  LONGHORN,
  onLocalPath,
  open,
} from './swap.test.cluster';

function states(
  stage: string,
  to: string,
  facts: FactsOfTest,
  more: Record<string, unknown> = {},
) {
  const request = readStorageChange(backend, { stage, to, ...more });
  return Object.fromEntries(
    backend
      .gatesOf(request, onLocalPath(facts))
      .map(({ id, state }) => [id, state]),
  );
}

function gate(id: string, stage: string, to: string, facts: FactsOfTest) {
  const request = readStorageChange(backend, { stage, to });
  const found = backend
    .gatesOf(request, onLocalPath(facts))
    .find(each => each.id === id);
  return { state: found?.state, detail: found?.detail };
}

function arrival(stage: string, to: string, facts: FactsOfTest) {
  const request = readStorageChange(backend, { stage, to });
  return backend.arrivalOf(request, onLocalPath(facts));
}

const vendor = (provisioner: string) => ({
  csi: { provisioner },
  claimPropertySets: [
    { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
  ],
});

const served = (provisioner: string): FactsOfTest => ({
  storageClasses: [
    { name: 'local-path', provisioner: LOCAL },
    { name: CLASS, provisioner },
  ],
});
const gone: FactsOfTest = {
  storageClasses: [{ name: 'local-path', provisioner: LOCAL }],
};
const pinned: FactsOfTest = {
  storageProfiles: [
    {
      name: CLASS,
      claimPropertySets: [
        { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
      ],
    },
  ],
};

describe('the gates of a swap', () => {
  const ready = {
    ...installed(LONGHORN, 'longhorn'),
    ...open('claim', 'longhorn', 'approved'),
  };
  const all = {
    driverThere: 'passed',
    driverOnWorkers: 'passed',
    canaryBound: 'passed',
    localPathReady: 'passed',
    nothingUnderWay: 'passed',
    headroom: 'passed',
    claimReviewed: 'passed',
  };

  it('let a release through when the driver works, nothing is under way, and the claim is approved', () => {
    expect(states('release', 'longhorn', ready)).toEqual(all);
  });

  it.each<[string, FactsOfTest, Record<string, string>]>([
    ['there is no driver', { csiDrivers: [] }, { driverThere: 'failed' }],
    [
      'the driver is being deleted',
      { csiDrivers: [{ name: LONGHORN, deletedAt: '2026-01-01T00:00:00Z' }] },
      { driverThere: 'failed' },
    ],
    [
      "drivers can't be seen",
      { csiDrivers: 'unknown' },
      { driverThere: 'unknown' },
    ],
    [
      'a worker lacks the driver',
      {
        csiNodes: [
          { node: 'w1', drivers: [LONGHORN] },
          { node: 'w2', drivers: ['csi.other.com'] },
        ],
      },
      { driverOnWorkers: 'failed' },
    ],
    [
      "nodes can't be seen",
      { nodes: 'unknown' },
      { driverOnWorkers: 'unknown' },
    ],
    [
      'there is no worker',
      { nodes: [{ controlPlane: true }] },
      { driverOnWorkers: 'failed' },
    ],
    [
      'the canary is pending',
      {
        claims: [
          {
            namespace: 'kmetal-storage-canary',
            name: `${CLASS}-canary-longhorn`,
            storageClass: `${CLASS}-canary-longhorn`,
            phase: 'Pending',
          },
        ],
      },
      { canaryBound: 'failed' },
    ],
    ['there is no canary', { claims: [] }, { canaryBound: 'failed' }],
    ["claims can't be seen", { claims: 'unknown' }, { canaryBound: 'unknown' }],
    ['a claim waits', { underWay: [{}] }, { nothingUnderWay: 'failed' }],
    [
      'a prime claim of unknown class is there',
      { underWay: [{ name: 'prime-1', storageClass: null }] },
      { nothingUnderWay: 'failed' },
    ],
    [
      "what is under way can't be seen",
      { underWay: 'unknown' },
      { nothingUnderWay: 'unknown' },
    ],
    [
      'the release of local-path is suspended',
      { helmReleases: [{ suspended: true }] },
      { localPathReady: 'failed' },
    ],
    [
      'the release of local-path fails',
      { helmReleases: [{ ready: 'False', message: 'upgrade failed' }] },
      { localPathReady: 'failed' },
    ],
    [
      'the release of local-path is not observed',
      { helmReleases: [{ generationObserved: false }] },
      { localPathReady: 'failed' },
    ],
    [
      "releases can't be seen",
      { helmReleases: 'unknown' },
      { localPathReady: 'unknown' },
    ],
    ["tenants can't be seen", { tenants: 'unknown' }, { headroom: 'unknown' }],
    ['no claim is asked for', { openChanges: [] }, { claimReviewed: 'failed' }],
    [
      'the claim is not approved',
      open('claim', 'longhorn'),
      { claimReviewed: 'failed' },
    ],
    [
      'the claim is for another backend',
      open('claim', 'nfs', 'approved'),
      { claimReviewed: 'failed' },
    ],
    [
      'the claim is merged before it',
      open('claim', 'longhorn', 'merged'),
      { claimReviewed: 'failed' },
    ],
  ])('keep a release from being merged while %s', (_, facts, shut) => {
    expect(states('release', 'longhorn', { ...ready, ...facts })).toEqual({
      ...all,
      ...shut,
    });
  });

  it('do not mind what other classes, cordoned workers and the canary do', () => {
    expect(
      states('release', 'longhorn', {
        ...ready,
        underWay: [
          { storageClass: 'local-path' },
          { namespace: 'kmetal-storage-canary' },
        ],
        nodes: [
          { name: 'w1' },
          { name: 'w4', unschedulable: true },
          { name: 'c1', controlPlane: true },
        ],
      }),
    ).toEqual(all);
  });

  it('let what is under way be, if the requester says so', () => {
    expect(
      states(
        'release',
        'longhorn',
        { ...ready, underWay: [{}] },
        { confirmUnderWay: true },
      ),
    ).toEqual(all);
  });

  it('keep a claim from being merged while the class is there, or Helm has not let go', () => {
    const driver = installed(LONGHORN, 'longhorn');
    const open3 = {
      driverThere: 'passed',
      driverOnWorkers: 'passed',
      canaryBound: 'passed',
    };
    expect(states('claim', 'longhorn', driver)).toEqual({
      ...open3,
      classGone: 'failed',
      localPathReady: 'passed',
    });
    expect(
      states('claim', 'longhorn', { ...driver, storageClasses: 'unknown' }),
    ).toMatchObject({ classGone: 'unknown' });
    expect(
      states('claim', 'longhorn', {
        ...driver,
        ...gone,
        helmReleases: [{ ready: 'Unknown' }],
      }),
    ).toMatchObject({ classGone: 'passed', localPathReady: 'unknown' });
    expect(states('claim', 'longhorn', { ...driver, ...gone })).toEqual({
      ...open3,
      classGone: 'passed',
      localPathReady: 'passed',
    });
  });

  it('keep a claim from being merged before its release, though somebody has deleted the class', () => {
    const deleted = { ...installed(LONGHORN, 'longhorn'), ...gone };
    expect(
      gate('classGone', 'claim', 'longhorn', {
        ...deleted,
        ...open('release', 'longhorn', 'approved'),
      }),
    ).toEqual({
      state: 'failed',
      detail: `There is no class ${CLASS}, but Git still makes it: the release is approved, and not merged yet.`,
    });
    expect(
      gate('classGone', 'claim', 'longhorn', {
        ...deleted,
        ...open('release', 'longhorn', 'merged'),
      }),
    ).toMatchObject({ state: 'passed' });
  });

  it('take the claim for the driver of another vendor for none', () => {
    const facts = (provisioner: string) => ({
      ...installed('a.example.com', 'csi'),
      ...open('claim', 'csi', 'approved', vendor(provisioner)),
    });
    expect(
      states('release', 'csi', facts('a.example.com'), vendor('a.example.com')),
    ).toMatchObject({ claimReviewed: 'passed' });
    expect(
      states('release', 'csi', facts('b.example.com'), vendor('a.example.com')),
    ).toMatchObject({ claimReviewed: 'failed' });
  });

  it.each<[string, FactsOfTest]>([
    [
      'volume',
      {
        claims: [
          {
            namespace: 'kmetal-storage-canary',
            name: `${CLASS}-canary-csi`,
            storageClass: `${CLASS}-canary-csi`,
            provisionedBy: 'b.example.com',
          },
        ],
      },
    ],
    [
      'class',
      {
        storageClasses: [
          { name: CLASS, provisioner: LOCAL },
          { name: `${CLASS}-canary-csi`, provisioner: 'b.example.com' },
        ],
      },
    ],
  ])('do not take the canary of another vendor, as its %s says', (_, facts) => {
    const canary = (provisioner: string) =>
      states(
        'release',
        'csi',
        { ...installed(provisioner, 'csi'), ...facts },
        vendor(provisioner),
      ).canaryBound;
    expect(canary('a.example.com')).toBe('failed');
    expect(canary('b.example.com')).toBe('passed');
  });

  it('keep a clean-up from being merged while a volume is left, or can not be seen', () => {
    const swapped = { ...installed(LONGHORN, 'longhorn'), ...served(LONGHORN) };
    expect(states('cleanUp', 'longhorn', swapped)).toEqual({
      classServed: 'passed',
      noVolumesLeft: 'failed',
    });
    expect(
      states('cleanUp', 'longhorn', { ...swapped, volumes: 'unknown' }),
    ).toMatchObject({ noVolumesLeft: 'unknown' });
    expect(
      states('cleanUp', 'longhorn', {
        ...swapped,
        volumes: [{ storageClass: CLASS, provisionedBy: LONGHORN }],
      }),
    ).toMatchObject({ noVolumesLeft: 'passed' });
  });

  it('ask of the way back whether local-path has nodes for the class', () => {
    const swapped = {
      ...served(LONGHORN),
      ...open('claim', 'local-path', 'approved'),
    };
    expect(states('release', 'local-path', swapped)).toEqual({
      localPathMapped: 'passed',
      localPathReady: 'passed',
      nothingUnderWay: 'passed',
      claimReviewed: 'passed',
    });
    expect(
      states('release', 'local-path', { ...swapped, localPathMaps: [] }),
    ).toMatchObject({ localPathMapped: 'failed' });
  });

  it.each([
    ['any node that is not listed', 'DEFAULT_PATH_FOR_NON_LISTED_NODES'],
    ['a control-plane node', 'c1'],
    ['no node that is there', 'w9'],
  ])('keep the way back shut while the map has %s', (_, node) => {
    expect(
      states('release', 'local-path', {
        ...served(LONGHORN),
        localPathMaps: [
          { storageClass: CLASS, nodePaths: [{ node, paths: ['/data/x'] }] },
        ],
      }),
    ).toMatchObject({ localPathMapped: 'failed' });
  });

  it('ask of a driver that is not ours to install whether it is there', () => {
    expect(states('install', 'rook-ceph', {})).toEqual({
      driverThere: 'failed',
    });
    expect(states('install', 'longhorn', {})).toEqual({});
  });
});

describe('the arrival of a stage', () => {
  it('of an install is a driver on every worker and a bound canary', () => {
    expect(arrival('install', 'longhorn', {})).toMatchObject({
      known: true,
      arrived: false,
    });
    expect(arrival('install', 'longhorn', { csiDrivers: 'unknown' })).toEqual({
      known: false,
    });
    expect(
      arrival('install', 'longhorn', installed(LONGHORN, 'longhorn')),
    ).toEqual({ known: true, arrived: true, missing: '' });
  });

  it('of a release is a class that is gone, or served by the new backend', () => {
    expect(arrival('release', 'longhorn', {})).toEqual({
      known: true,
      arrived: false,
      missing: `The class ${CLASS} of ${LOCAL} is still there.`,
    });
    expect(arrival('release', 'longhorn', gone)).toMatchObject({
      arrived: true,
    });
    expect(arrival('release', 'longhorn', served(LONGHORN))).toMatchObject({
      arrived: true,
    });
    expect(
      arrival('release', 'longhorn', { storageClasses: 'unknown' }),
    ).toEqual({ known: false });
  });

  it('of a claim is the class with its provisioner, and its profile as pinned', () => {
    expect(arrival('claim', 'longhorn', gone)).toMatchObject({
      arrived: false,
    });
    expect(arrival('claim', 'longhorn', {})).toMatchObject({ arrived: false });
    expect(arrival('claim', 'longhorn', served(LONGHORN))).toMatchObject({
      arrived: false,
      missing: `There is no profile of ${CLASS} yet.`,
    });
    expect(
      arrival('claim', 'longhorn', {
        ...served(LONGHORN),
        storageProfiles: [
          {
            name: CLASS,
            pinned: [
              { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
            ],
            claimPropertySets: [
              { accessModes: ['ReadWriteMany'], volumeMode: 'Block' },
            ],
          },
        ],
      }),
    ).toMatchObject({ arrived: false });
    expect(
      arrival('claim', 'longhorn', { ...served(LONGHORN), ...pinned }),
    ).toMatchObject({ arrived: true });
    expect(arrival('claim', 'local-path', pinned)).toMatchObject({
      arrived: true,
    });
  });

  it('of a clean-up is a map without the class, and no canary', () => {
    expect(arrival('cleanUp', 'longhorn', served(LONGHORN))).toMatchObject({
      arrived: false,
    });
    expect(
      arrival('cleanUp', 'longhorn', {
        ...served(LONGHORN),
        localPathMaps: [],
      }),
    ).toMatchObject({ arrived: true });
    expect(
      arrival('cleanUp', 'longhorn', {
        storageClasses: [
          { name: CLASS, provisioner: LONGHORN },
          { name: `${CLASS}-canary-longhorn`, provisioner: LONGHORN },
        ],
        localPathMaps: [],
      }),
    ).toMatchObject({ arrived: false });
  });
});

describe('room for creating volumes with a CSI driver', () => {
  const tenant = (used: bigint, hard = 100n) => ({
    name: 'alpha',
    hard: `${hard * GI}`,
    used: `${used * GI}`,
    largestClaim: `${10n * GI}`,
  });
  const short = (facts: FactsOfTest, input: Record<string, unknown> = {}) =>
    shortTenants(
      readStorageChange(backend, {
        stage: 'release',
        to: 'longhorn',
        ...input,
      }),
      onLocalPath(facts),
    );

  it('is twice what the largest claim is charged, which has the overhead in it: 2.12 times the size that was asked for', () => {
    const charged = (10n * GI * 106n) / 100n;
    const tenant10Gi = (free: bigint) => ({
      name: 'alpha',
      hard: `${100n * GI}`,
      used: `${100n * GI - free}`,
      largestClaim: `${charged}`,
    });
    expect(short({ tenants: [tenant10Gi(2n * charged)] }).short).toEqual([]);
    expect(short({ tenants: [tenant10Gi(2n * charged - 1n)] }).short).toEqual([
      { name: 'alpha', free: 2n * charged - 1n, needed: 2n * charged },
    ]);
  });

  it('adds the overhead to a claim of a raw device, which has none, where volumes become files', () => {
    const raw: FactsOfTest = {
      storageProfiles: [
        {
          name: CLASS,
          claimPropertySets: [
            { accessModes: ['ReadWriteOnce'], volumeMode: 'Block' },
          ],
        },
      ],
      tenants: [
        {
          name: 'alpha',
          hard: `${100n * GI}`,
          used: `${80n * GI}`,
          largestClaim: `${10n * GI}`,
        },
      ],
    };
    expect(short(raw).short).toEqual([
      {
        name: 'alpha',
        free: 20n * GI,
        needed: 2n * ((10n * GI * 106n + 99n) / 100n),
      },
    ]);
    expect(short({ ...raw, storageProfiles: [] }).short).toEqual([]);
  });

  it('goes by the quota that binds first', () => {
    const headroom = {
      state: 'known' as const,
      bytes: `${15n * GI}`,
      explanation: '',
      limitedBy: null,
      overhead: '0.06',
      doubled: false,
      inFlight: '0',
    };
    expect(
      short({ tenants: [{ ...tenant(10n), headroom }] }).short,
    ).toHaveLength(1);
  });

  it('is not known where quota or claims are not, and not asked for without a quota', () => {
    expect(short({ tenants: [{ name: 'alpha', hard: null }] })).toEqual({
      short: [],
      unknown: ['alpha'],
    });
    expect(
      short({ tenants: [{ ...tenant(10n), largestClaim: null }] }).unknown,
    ).toEqual(['alpha']);
    expect(short({ tenants: [{ ...tenant(0n), largestClaim: null }] })).toEqual(
      { short: [], unknown: [] },
    );
  });
});
