import type { FactsOfTest } from '../facts.testing';
import { layouts } from '../layouts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  LONGHORN,
  missingOf,
  planned,
  RBD,
} from '../storageChange.test.plan';
import { storageClass } from './storageClass';

const asked = { name: 'gold', backend: 'csi', provisioner: 'csi.example.com' };

const GIT = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: gold
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
    owner: storage
provisioner: csi.example.com
reclaimPolicy: Delete
volumeBindingMode: WaitForFirstConsumer
allowVolumeExpansion: true
mountOptions: [noatime]
`;

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(storageClass, input, facts, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

describe('a class', () => {
  it.each(['csi.hpe.com', 'csi.example.com'])(
    'never comes without a pin: not of an array that CDI takes for RWX/Block, not of a vendor that it does not know (%s)',
    provisioner => {
      const { diff } = plan(
        { ...asked, provisioner },
        { csiDrivers: [{ name: provisioner }] },
      );
      expect(diff).toContain(
        '+kind: StorageProfile\n+metadata:\n+  name: gold\n+spec:\n+  claimPropertySets:\n+    - accessModes:\n+        - ReadWriteOnce\n+      volumeMode: Filesystem\n',
      );
    },
  );

  it('comes without one only where there is no CDI', () => {
    expect(plan(asked, { storageProfiles: 'notInstalled' }).diff).not.toContain(
      'StorageProfile',
    );
    expect(plan(asked, { storageProfiles: 'unknown' }).warnings).toMatchObject([
      { code: 'cdiUnknown' },
    ]);
  });

  it('of raw devices has to be confirmed', () => {
    expect(refused({ ...asked, volumeMode: 'Block' })).toMatchObject([
      { code: 'confirmationMissing', field: 'confirmBlock' },
    ]);
    expect(
      refused({
        name: 'n',
        ...storageClass.examples[0].input,
        volumeMode: 'Block',
      }),
    ).toMatchObject([{ code: 'notSupported', field: 'volumeMode' }]);
  });

  it('is no default unless that is asked for, and never the second', () => {
    expect(plan(asked).diff).not.toContain('is-default-class');
    const facts = {
      storageClasses: [{ name: 'silver', isDefault: true }],
    };
    expect(refused({ ...asked, default: true }, facts)).toEqual([
      {
        code: 'defaultTaken',
        field: 'default',
        message: 'There is a default class already: silver.',
      },
    ]);
    expect(
      refused(
        { ...asked, name: 'other', default: true },
        {},
        { 'c.yaml': GIT },
      ),
    ).toMatchObject([{ code: 'defaultTaken' }]);
    const beta = GIT.replace('storageclass.', 'storageclass.beta.');
    expect(beta).toContain('storageclass.beta.kubernetes.io/is-default-class');
    expect(
      refused(
        { ...asked, name: 'other', default: true },
        {},
        { 'c.yaml': beta },
      ),
    ).toMatchObject([{ code: 'defaultTaken' }]);
    expect(plan(asked, {}, { 'c.yaml': beta }).files[0].content).not.toContain(
      'is-default-class',
    );
    expect(
      plan({ ...asked, default: true }, { storageClasses: 'unknown' }).warnings,
    ).toMatchObject([{ code: 'defaultsUnknown' }]);
  });

  it.each([
    [false, 'silver', ['defaultTaken']],
    [true, 'silver', []],
    [false, asked.name, []],
  ])(
    'is no default beside one that another request asks for: merged %s, %s',
    (merged, object, codes) => {
      const open = {
        change: 'class' as const,
        object,
        state: 'opened' as const,
        merged,
        input: { name: object, default: true },
      };
      const facts = { openChanges: [open] };
      expect(
        refused({ ...asked, default: true }, facts).map(({ code }) => code),
      ).toEqual(codes);
      expect(refused(asked, facts)).toEqual([]);
    },
  );

  it.each([
    [CLASS, 'nameTaken', 'is the class of all tenants'],
    ['local-path', 'nameTaken', 'the platform’s own class'],
    ['longhorn', 'ownedElsewhere', 'something else than Git'],
  ])('is not called %s', (name, code, message) => {
    expect(refused({ ...asked, name })[0]).toEqual({
      code,
      field: 'name',
      message: expect.stringContaining(message),
    });
  });

  it('is not one that local-path’s chart renders, live or not', () => {
    const plans = (['folders', 'umbrella'] as const).map(layout =>
      planned(
        storageClass,
        { ...asked, name: CLASS },
        { storageClasses: 'unknown', storageClass: 'other' },
        layouts[layout](),
      ),
    );
    for (const { refusals } of plans) {
      expect(refusals).toMatchObject([
        { code: 'ownedByHelmRelease', field: 'name' },
      ]);
    }
  });

  it('needs its driver', () => {
    expect(refused(asked, { csiDrivers: [] })).toEqual([
      {
        code: 'notInstalled',
        field: 'provisioner',
        message: expect.stringContaining('csi.example.com'),
      },
    ]);
    expect(plan(asked, { csiDrivers: 'unknown' }).warnings).toMatchObject([
      { code: 'driverUnknown' },
    ]);
  });

  it('of Longhorn has no more copies than workers', () => {
    const input = { name: 'l', backend: 'longhorn', longhornReplicas: 5 };
    expect(refused(input)).toEqual([
      {
        code: 'notSupported',
        field: 'longhornReplicas',
        message: expect.stringContaining('there are 4 workers'),
      },
    ]);
    expect(plan(input, { nodes: 'unknown' }).warnings).toMatchObject([
      { code: 'nodesUnknown', message: expect.stringContaining('5 copies') },
    ]);
  });

  it('of Rook-Ceph tells if its pool is not in Git', () => {
    expect(plan({ name: 'c', backend: 'rook-ceph' }).warnings).toMatchObject([
      { code: 'poolNotInGit' },
    ]);
  });

  it('of RBD shares no file systems', () => {
    const input = {
      ...asked,
      provisioner: RBD,
      accessMode: 'ReadWriteMany',
      volumeMode: 'Filesystem',
    };
    expect(refused(input)).toMatchObject([
      { code: 'notSupported', field: 'accessMode' },
    ]);
    expect(
      refused({ ...input, volumeMode: 'Block', confirmBlock: true }),
    ).toEqual([]);
  });

  it('is of its own backend only, whatever the form was filled in with before', () => {
    const left = {
      nfsServer: 'no server!',
      nfsMountOptions: ['hard'],
      longhornReplicas: 5,
      fsType: 'xfs',
    };
    expect(plan({ ...asked, ...left })).toMatchObject({
      refusals: [],
      files: plan(asked).files,
    });
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ backend: 'csi', provisioner: '' }, 'inputInvalid', 'provisioner'],
    [{ backend: 'nfs', nfsShare: '/x' }, 'inputInvalid', 'nfsServer'],
    [{ backend: 'nfs', nfsServer: 'nfs' }, 'inputInvalid', 'nfsShare'],
    [{ parameters: { 'a b': 'x' } }, 'inputInvalid', 'parameters'],
    [{ parameters: { 'a\nb': 'x' } }, 'inputInvalid', 'parameters'],
    [{ parameters: { constructor: 'x' } }, 'inputInvalid', 'parameters'],
    [
      // eslint-disable-next-line no-template-curly-in-string
      { parameters: { pool: '${pool}' } },
      'fluxSubstitution',
      'parameters.pool',
    ],
  ])('is not told by %j', (more, code, field) => {
    expect(refused({ ...asked, ...more })).toMatchObject([{ code, field }]);
  });

  it('takes no credential, even where it counts for nothing', () => {
    const input = {
      name: 'l',
      backend: 'longhorn',
      parameters: { password: 'hunter2' },
    };
    expect(refused(input)).toMatchObject([
      { code: 'secretInGit', field: 'parameters.password' },
    ]);
  });

  it('keeps an octal mode as text', () => {
    expect(
      plan({ ...storageClass.examples[0].input, nfsMountPermissions: '0755' })
        .diff,
    ).toContain('mountPermissions: "0755"');
  });
});

describe('a class that is in Git', () => {
  it('is edited where Kubernetes takes a change of it', () => {
    const { refusals, files } = plan(
      { ...asked, allowVolumeExpansion: false },
      {},
      { 'c.yaml': GIT },
    );
    expect(refusals).toEqual([]);
    expect(files.find(({ path }) => path === 'c.yaml')?.content).toBe(
      GIT.replace(/^.*is-default-class.*\n/m, '')
        .replace('Expansion: true', 'Expansion: false')
        .replace('mountOptions: [noatime]\n', ''),
    );
  });

  it.each([
    ['provisioner', { provisioner: 'nfs.csi.k8s.io' }],
    ['reclaimPolicy', { reclaimPolicy: 'Retain' }],
    ['volumeBindingMode', { volumeBindingMode: 'Immediate' }],
    ['parameters.tier', { parameters: { tier: 'gold' } }],
  ])('is not edited in its %s, which Kubernetes refuses', (what, more) => {
    expect(refused({ ...asked, ...more }, {}, { 'c.yaml': GIT })).toEqual([
      {
        code: 'nameTaken',
        field: 'name',
        message: expect.stringContaining(what),
      },
    ]);
  });
});

it.each<[string, FactsOfTest]>([
  ['passed', {}],
  ['failed', { csiDrivers: [] }],
  ['unknown', { csiDrivers: 'unknown' }],
])('has a gate for its driver: %s', (state, facts) => {
  expect(gateOf(storageClass, asked, facts)).toEqual([
    { id: 'driverThere', state },
  ]);
});

it.each<[string, FactsOfTest]>([
  ['passed', {}],
  ['failed', { storageClasses: [{ name: 'silver', isDefault: true }] }],
  ['unknown', { storageClasses: 'unknown' }],
])('as the default has a gate for another that is: %s', (state, facts) => {
  expect(
    gateOf(storageClass, { ...asked, default: true }, facts),
  ).toContainEqual({ id: 'noOtherDefault', state });
});

it.each<[FactsOfTest['storageClasses'], string | null]>([
  ['unknown', null],
  [[], 'The class gold is not there yet.'],
  [
    [{ name: 'gold', provisioner: LONGHORN }],
    `The class gold is served by ${LONGHORN}.`,
  ],
  [[{ name: 'gold', provisioner: 'csi.example.com' }], ''],
])('arrives as %j: %s', (storageClasses, missing) => {
  expect(missingOf(storageClass, asked, { storageClasses })).toBe(missing);
});
