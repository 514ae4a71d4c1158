import type { FactsOfTest } from '../facts.testing';
import {
  fleet,
  gateOf,
  GI,
  LONGHORN,
  missingOf,
  planned,
  RBD,
} from '../storageChange.test.plan';
import { restore } from './restore';

const asked = {
  namespace: 'alpha',
  snapshot: 'before',
  name: 'restored',
  storageClass: 'longhorn',
};
const snapshot = {
  namespace: 'alpha',
  name: 'before',
  claim: 'pvc-1',
  driver: LONGHORN,
  restoreSize: `${10n * GI}`,
};
const claim = { namespace: 'alpha', name: 'pvc-1', provisionedBy: LONGHORN };
const seen: FactsOfTest = { snapshots: [snapshot], claims: [claim] };
const KEY = 'longhorn.storageclass.storage.k8s.io/requests.storage';

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(restore, input, { ...seen, ...facts }, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

function quota(hard: Record<string, string>, used: Record<string, string>) {
  return { resourceQuotas: [{ name: 'q', hard, used }] };
}

describe('a restored claim', () => {
  it('is never pruned, and just as large as the snapshot', () => {
    const { diff } = plan(asked);
    expect(diff).toContain('kustomize.toolkit.fluxcd.io/prune: disabled');
    expect(diff).toContain('storage: 10Gi');
  });

  it('is not smaller than the snapshot', () => {
    expect(refused({ ...asked, size: '9Gi' })).toEqual([
      {
        code: 'sizeInvalid',
        field: 'size',
        message: '9Gi is less than the snapshot needs (10 Gi).',
      },
    ]);
  });

  it.each([null, '0'])('has a size where the snapshot says %s', restoreSize => {
    const unsaid = { snapshots: [{ ...snapshot, restoreSize }] };
    expect(refused(asked, unsaid)).toMatchObject([
      { code: 'inputInvalid', field: 'size' },
    ]);
    expect(refused({ ...asked, size: '10Gi' }, unsaid)).toEqual([]);
  });

  it('is of the driver that took the snapshot', () => {
    expect(refused({ ...asked, storageClass: 'ceph' })).toEqual([
      {
        code: 'notSupported',
        field: 'storageClass',
        message: `ceph is served by ${RBD}, and the snapshot was taken by ${LONGHORN}: no other driver reads it.`,
      },
    ]);
  });

  it('is what the volume was: file system or raw device', () => {
    expect(refused({ ...asked, volumeMode: 'Block' })).toMatchObject([
      { code: 'notSupported', field: 'volumeMode' },
    ]);
    expect(refused(asked, { claims: [] })).toMatchObject([
      { code: 'inputInvalid', field: 'volumeMode' },
    ]);
    expect(
      plan(asked, { claims: [{ ...claim, volumeMode: 'Block' }] }).diff,
    ).toContain('volumeMode: Block');
  });

  it('is no file system for several nodes where Ceph makes block devices', () => {
    const facts: FactsOfTest = { snapshots: [{ ...snapshot, driver: RBD }] };
    expect(
      refused(
        { ...asked, storageClass: 'ceph', accessMode: 'ReadWriteMany' },
        facts,
      ),
    ).toMatchObject([{ code: 'notSupported', field: 'accessMode' }]);
  });

  it.each([
    [KEY, '15Gi', '10Gi', 'size'],
    ['requests.storage', '15Gi', '10Gi', 'size'],
    ['persistentvolumeclaims', '5', '5', 'name'],
    ['count/persistentvolumeclaims', '5', '5', 'name'],
  ])('fits into each quota: %s', (key, hard, used, field) => {
    expect(refused(asked, quota({ [key]: hard }, { [key]: used }))).toEqual([
      {
        code: 'headroomTooSmall',
        field,
        message: expect.stringContaining(`(${key})`),
      },
    ]);
    expect(refused(asked, quota({ [key]: '100Gi' }, { [key]: used }))).toEqual(
      [],
    );
    expect(
      plan(asked, quota({ [key]: hard }, {})).warnings.map(({ code }) => code),
    ).toContain('quotaUnknown');
  });

  it.each<[string, FactsOfTest, string, string]>([
    ['no snapshot', { snapshots: [] }, 'notFound', 'snapshot'],
    [
      'one that is not ready',
      { snapshots: [{ ...snapshot, ready: false }] },
      'notReady',
      'snapshot',
    ],
    ['none in sight', { snapshots: 'unknown' }, 'factUnknown', 'snapshot'],
    [
      'one of an unknown driver',
      { snapshots: [{ ...snapshot, driver: null }] },
      'factUnknown',
      'snapshot',
    ],
    [
      'no classes in sight',
      { storageClasses: 'unknown' },
      'factUnknown',
      'storageClass',
    ],
    [
      'a name that is taken',
      { claims: [claim, { ...claim, name: 'restored' }] },
      'nameTaken',
      'name',
    ],
  ])('is refused with %s', (_, facts, code, field) => {
    expect(refused(asked, facts)).toMatchObject([{ code, field }]);
  });

  it('is made once: asked for again it needs no room, and is not another', () => {
    const texts = Object.fromEntries(
      plan(asked).files.map(({ path, content }) => [path, content ?? '']),
    );
    const full = quota({ [KEY]: '10Gi' }, { [KEY]: '10Gi' });
    expect(plan(asked, full, texts)).toMatchObject({
      changed: false,
      refusals: [],
    });
    const storageClasses = ['longhorn', 'longhorn-2'].map(name => ({
      name,
      provisioner: LONGHORN,
    }));
    for (const more of [
      { storageClass: 'longhorn-2' },
      { size: '20Gi' },
      { accessMode: 'ReadWriteMany' },
    ]) {
      expect(
        refused({ ...asked, ...more }, { storageClasses }, texts),
      ).toMatchObject([{ code: 'nameTaken', field: 'name' }]);
    }
  });

  it('keeps a Kustomization that waits from being ready until a pod uses it', () => {
    const kustomizations = [{ wait: true }];
    const warned = (volumeBindingMode: string) =>
      plan(asked, {
        kustomizations,
        storageClasses: [
          { name: 'longhorn', provisioner: LONGHORN, volumeBindingMode },
        ],
      }).warnings.map(({ code }) => code);
    expect(warned('WaitForFirstConsumer')).toContain('readyLater');
    expect(warned('Immediate')).not.toContain('readyLater');
  });

  it('tells that the tenant does not see it', () => {
    expect(plan(asked).warnings.map(({ code }) => code)).toEqual([
      'unseenByTenant',
    ]);
  });

  it('tells what could not be looked at', () => {
    expect(
      plan(
        { ...asked, volumeMode: 'Filesystem' },
        { claims: 'unknown', resourceQuotas: 'unknown' },
      ).warnings.map(({ code }) => code),
    ).toEqual(['quotaUnknown', 'claimsUnknown', 'unseenByTenant']);
  });
});

it.each<[string, FactsOfTest]>([
  ['passed', seen],
  ['failed', {}],
  ['unknown', { snapshots: 'unknown' }],
])('has a gate for the snapshot: %s', (state, facts) => {
  expect(gateOf(restore, asked, facts)).toEqual([
    { id: 'snapshotReady', state },
  ]);
});

it('may wait for a pod, as far as anybody can tell without its class', () => {
  expect(
    missingOf(restore, asked, {
      claims: [{ ...claim, name: 'restored', phase: 'Pending' }],
      storageClasses: 'unknown',
    }),
  ).toBeNull();
});

const restored = { ...claim, name: 'restored', storageClass: 'longhorn' };
it.each<[FactsOfTest['claims'], string, string | null]>([
  ['unknown', 'Immediate', null],
  [[], 'Immediate', 'The claim restored is not there yet.'],
  [
    [{ ...restored, phase: 'Pending' }],
    'Immediate',
    'The claim restored is Pending.',
  ],
  [[{ ...restored, phase: 'Pending' }], 'WaitForFirstConsumer', ''],
  [[restored], 'Immediate', ''],
])(
  'arrives as %j of a class that binds as %s: %s',
  (claims, binding, missing) => {
    const storageClasses = [
      { name: 'longhorn', provisioner: LONGHORN, volumeBindingMode: binding },
    ];
    expect(missingOf(restore, asked, { claims, storageClasses })).toBe(missing);
  },
);
