import type { FactsOfTest } from '../facts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  LONGHORN,
  missingOf,
  planned,
  RBD,
} from '../storageChange.test.plan';
import { profile } from './profile';

const FILES = { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' };
const BLOCK = { accessModes: ['ReadWriteMany'], volumeMode: 'Block' };

function pin(storageClass: string, ...claimPropertySets: object[]) {
  return { storageClass, claimPropertySets };
}

function plan(input: Record<string, unknown>, facts: FactsOfTest = {}) {
  return planned(profile, input, facts, [fleet()]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field }) => ({ code, field }));
}

describe('a pin that nothing can make', () => {
  it.each([
    ['raw devices', { ...FILES, volumeMode: 'Block' }, 'volumeMode'],
    [
      'several writers',
      { ...FILES, accessModes: ['ReadWriteMany'] },
      'accessModes',
    ],
  ])('is refused for local-path: %s', (_, set, field) => {
    expect(refused({ ...pin(CLASS, FILES, set), confirmBlock: true })).toEqual([
      { code: 'notSupported', field: `claimPropertySets.1.${field}` },
    ]);
  });

  it('is refused for NFS, which makes no raw devices', () => {
    const facts = {
      storageClasses: [{ name: 'nfs', provisioner: 'nfs.csi.k8s.io' }],
    };
    expect(
      refused({ ...pin('nfs', BLOCK), confirmBlock: true }, facts),
    ).toEqual([
      { code: 'notSupported', field: 'claimPropertySets.0.volumeMode' },
    ]);
  });

  it.each([RBD, 'rbd.csi.ceph.com'])(
    'is refused for %s, which shares raw devices only',
    provisioner => {
      const shared = {
        accessModes: ['ReadWriteMany'],
        volumeMode: 'Filesystem',
      };
      const facts = { storageClasses: [{ name: 'ceph', provisioner }] };
      expect(refused(pin('ceph', FILES, shared), facts)).toEqual([
        { code: 'notSupported', field: 'claimPropertySets.1.accessModes' },
      ]);
      expect(
        refused({ ...pin('ceph', BLOCK), confirmBlock: true }, facts),
      ).toEqual([]);
    },
  );

  it('of raw devices has to be confirmed, because containerd can’t be asked', () => {
    expect(refused(pin('ceph', BLOCK))).toEqual([
      { code: 'confirmationMissing', field: 'confirmBlock' },
    ]);
    expect(refused({ ...pin('ceph', BLOCK), confirmBlock: true })).toEqual([]);
  });
});

describe('what CDI would choose by itself', () => {
  it('is told where it is another: RWX/Block, of arrays and Ceph', () => {
    expect(plan(pin('ceph', FILES)).warnings).toEqual([
      {
        code: 'differsFromCdi',
        message: `CDI would choose ReadWriteMany/Block for ${RBD}; with the pin it is ReadWriteOnce/Filesystem.`,
      },
    ]);
  });

  it('is not told where CDI knows nothing: there the pin is all there is', () => {
    expect(plan(pin(CLASS, FILES)).warnings).toEqual([]);
  });
});

it.each([
  ['no set', pin(CLASS), 'claimPropertySets'],
  ['nine sets', pin(CLASS, ...Array(9).fill(FILES)), 'claimPropertySets'],
  [
    'no access mode',
    pin(CLASS, { ...FILES, accessModes: [] }),
    'claimPropertySets.0.accessModes',
  ],
  [
    'one twice',
    pin(CLASS, { ...FILES, accessModes: ['ReadWriteOnce', 'ReadWriteOnce'] }),
    'claimPropertySets.0.accessModes',
  ],
  [
    'ReadWriteOncePod beside another, which Kubernetes takes of no claim',
    pin(CLASS, {
      ...FILES,
      accessModes: ['ReadWriteOnce', 'ReadWriteOncePod'],
    }),
    'claimPropertySets.0.accessModes',
  ],
  [
    'one that Kubernetes has not',
    pin(CLASS, { ...FILES, accessModes: ['RWX'] }),
    'claimPropertySets.0.accessModes.0',
  ],
])('is refused with %s', (_, input, field) => {
  expect(refused(input)).toEqual([{ code: 'inputInvalid', field }]);
});

describe('the class of a pin', () => {
  it('has to be there: CDI deletes the profile with it', () => {
    expect(refused(pin('gold', FILES))).toEqual([
      { code: 'notFound', field: 'storageClass' },
    ]);
    expect(
      plan(pin('gold', FILES), { storageClasses: 'unknown' }).warnings,
    ).toMatchObject([{ code: 'classUnknown' }]);
  });

  it.each<[string, FactsOfTest]>([
    ['passed', {}],
    ['failed', { storageClasses: [] }],
    ['unknown', { storageClasses: 'unknown' }],
  ])('is a gate: %s', (state, facts) => {
    expect(gateOf(profile, pin(CLASS, FILES), facts)).toEqual([
      { id: 'classThere', state },
    ]);
  });
});

it('has no second owner where a chart pins it', () => {
  const live = {
    name: CLASS,
    annotations: { 'meta.helm.sh/release-name': 'kmetal' },
  };
  expect(refused(pin(CLASS, FILES), { storageProfiles: [live] })).toEqual([
    { code: 'ownedByHelmRelease', field: 'storageClass' },
  ]);
});

it('has no second owner where Flux applies it from another place', () => {
  const live = {
    name: CLASS,
    labels: { 'kustomize.toolkit.fluxcd.io/name': 'storage' },
  };
  expect(refused(pin(CLASS, FILES), { storageProfiles: [live] })).toEqual([
    { code: 'ownedElsewhere', field: 'storageClass' },
  ]);
});

it('is refused without CDI, and says if it can’t be seen', () => {
  expect(
    refused(pin(CLASS, FILES), { storageProfiles: 'notInstalled' }),
  ).toEqual([{ code: 'notInstalled', field: 'underCluster' }]);
  expect(
    plan(pin(CLASS, FILES), { storageProfiles: 'unknown' }).warnings,
  ).toMatchObject([{ code: 'profilesUnknown' }]);
});

it('tells what it was before, and that it was not pinned', () => {
  const live = {
    name: 'longhorn',
    claimPropertySets: [
      { accessModes: ['ReadWriteOnce'], volumeMode: 'Block' as const },
    ],
    provisioner: LONGHORN,
  };
  expect(
    plan(pin('longhorn', FILES), { storageProfiles: [live] }).impact[0],
  ).toEqual({
    what: 'What CDI makes volumes with',
    before: 'ReadWriteOnce/Block',
    after: 'ReadWriteOnce/Filesystem',
    note: 'not pinned until now',
  });
});

it.each([
  ['0.055', '5.5 %', 'of its size, by CDI'],
  ['0', '0 %', 'of its size, by CDI'],
  ['a little', null, 'not known'],
  [null, null, 'not known'],
])(
  'tells in percent that CDI adds %s for file systems',
  (overhead, shown, note) => {
    const cdi = { phase: 'Deployed', overhead, classOverhead: {} };
    const what = 'Added to a volume for its file system';
    expect(plan(pin(CLASS, FILES), { cdi }).impact).toContainEqual({
      what,
      before: shown,
      after: shown,
      note,
    });
  },
);

it.each<[FactsOfTest['storageProfiles'], string | null]>([
  ['unknown', null],
  [[], `There is no profile of ${CLASS} yet.`],
  [
    [{ name: CLASS }],
    `The profile of ${CLASS} says nothing, not ReadWriteOnce/Filesystem.`,
  ],
  [
    [
      {
        name: CLASS,
        claimPropertySets: [
          { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
        ],
      },
    ],
    '',
  ],
])(
  'arrives once CDI says so in its status: %j, %s',
  (storageProfiles, missing) => {
    expect(missingOf(profile, pin(CLASS, FILES), { storageProfiles })).toBe(
      missing,
    );
  },
);
