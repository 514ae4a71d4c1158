import type { FactsOfTest } from '../facts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  missingOf,
  planned,
  RBD,
} from '../storageChange.test.plan';
import { rookCeph } from './rookCeph';

const [{ input: asked }, { input: everyNode }] = rookCeph.examples;

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(rookCeph, input, facts, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

function inGit(input: Record<string, unknown> = asked) {
  return Object.fromEntries(
    plan(input).files.map(({ path, content }) => [path, content ?? '']),
  );
}

describe('the image of Ceph', () => {
  it.each([
    ['quay.io/ceph/ceph:latest', 'imageNotPinned'],
    ['quay.io/ceph/ceph', 'imageNotPinned'],
    ['quay.io/ceph/ceph:v19', 'imageNotPinned'],
    ['quay.io/ceph/ceph:v19.2', 'imageNotPinned'],
    ['quay.io/ceph/ceph:v18.2.4', 'inputInvalid'],
    ['quay.io/ceph/ceph:v19.1.9', 'inputInvalid'],
  ])('is refused as %s', (cephImage, code) => {
    expect(refused({ ...asked, cephImage })).toMatchObject([
      { code, field: 'cephImage' },
    ]);
  });

  it.each(['quay.io/ceph/ceph:v19.2.0', 'quay.io/ceph/ceph:v20.1.0'])(
    'may be %s',
    cephImage => {
      expect(refused({ ...asked, cephImage })).toEqual([]);
    },
  );

  it('does not go back', () => {
    const texts = inGit({ ...asked, cephImage: 'quay.io/ceph/ceph:v19.10.0' });
    expect(refused(asked, {}, texts)).toEqual([
      {
        code: 'notSupported',
        field: 'cephImage',
        message: expect.stringContaining('runs Ceph 19.10.0'),
      },
    ]);
  });
});

describe('disks', () => {
  it('are taken only once somebody has looked at them, and are named', () => {
    expect(refused({ ...asked, confirmDevices: false })).toEqual([
      {
        code: 'confirmationMissing',
        field: 'confirmDevices',
        message: expect.stringContaining('sdb, sdc of w1; sdb, sdc of w2'),
      },
    ]);
    expect(refused({ ...everyNode, confirmDevices: false })).toEqual([
      {
        code: 'confirmationMissing',
        field: 'confirmDevices',
        message: expect.stringContaining('every node, of nodes that are added'),
      },
    ]);
  });

  it.each(['^sd[a-z]$', '^.*', '^nvme.*', '^vd', 'sdb', '^[', '^sd*'])(
    'are not taken by the filter %s',
    deviceFilter => {
      expect(refused({ ...everyNode, deviceFilter })[0].field).toBe(
        'deviceFilter',
      );
    },
  );

  it('have to be told, one way', () => {
    expect(refused({ ...everyNode, deviceFilter: '' })[0].field).toBe('nodes');
    expect(refused({ ...asked, deviceFilter: '^sdd$' })[0].field).toBe(
      'deviceFilter',
    );
  });

  it('of a node stay: what is on them is not left behind', () => {
    const nodes = [
      { name: 'w1', devices: ['sdb', 'sdc'] },
      { name: 'w2', devices: ['sdb', 'sdc'] },
      { name: 'w4', devices: ['sdb'] },
    ];
    expect(refused({ ...asked, nodes }, {}, inGit())).toEqual([
      {
        code: 'unsafe',
        field: 'nodes',
        message: expect.stringContaining('w3'),
      },
    ]);
  });

  it('may be of one more node: the diff is that node', () => {
    const nodes = [
      ...(asked.nodes as object[]),
      { name: 'w4', devices: ['sdb'] },
    ];
    const { diff, refusals } = plan({ ...asked, nodes }, {}, inGit());
    expect(refusals).toEqual([]);
    expect(diff.split('\n').filter(line => /^[-+](?![-+])/.test(line))).toEqual(
      ['+      - name: w4', '+        devices:', '+          - name: sdb'],
    );
  });
});

describe('copies and monitors', () => {
  it('need a node each', () => {
    const nodes = [{ name: 'w1', devices: ['sdb'] }];
    expect(refused({ ...asked, nodes })).toMatchObject([
      { code: 'notSupported', field: 'replicas' },
    ]);
    expect(refused({ ...asked, mons: 5 })).toEqual([
      {
        code: 'notSupported',
        field: 'mons',
        message: '5 monitors need a worker each, and there are 4.',
      },
    ]);
    expect(plan(asked, { nodes: 'unknown' }).warnings).toMatchObject([
      { code: 'nodesUnknown' },
    ]);
  });

  it.each([{ replicas: 2 }, { mons: 1 }])(
    'that are few have to be confirmed: %j',
    more => {
      expect(refused({ ...asked, ...more })).toMatchObject([
        { code: 'confirmationMissing', field: 'confirmFewReplicas' },
      ]);
      expect(refused({ ...asked, ...more, confirmFewReplicas: true })).toEqual(
        [],
      );
    },
  );

  it.each([
    ['replicas', 1],
    ['replicas', 6],
    ['mons', 2],
    ['mons', 0],
  ])('are not %s: %d', (field, count) => {
    expect(refused({ ...asked, [field]: count })[0].field).toBe(field);
  });

  it('are not on nodes that are not there', () => {
    const nodes = ['w1', 'w2', 'w9'].map(name => ({ name, devices: ['sdb'] }));
    expect(refused({ ...asked, nodes })).toMatchObject([
      { code: 'notFound', field: 'nodes.2.name' },
    ]);
  });
});

describe('its classes', () => {
  it('have the secrets that growing and snapshots need', () => {
    const { diff } = plan(asked);
    for (const use of ['controller-expand', 'provisioner', 'node-stage']) {
      expect(diff).toContain(`csi.storage.k8s.io/${use}-secret-namespace`);
    }
    expect(diff).toContain('csi.storage.k8s.io/snapshotter-secret-name');
    expect(diff).toContain('+kind: StorageProfile');
  });

  it('have the operator’s namespace in the driver, the cluster’s in clusterID', () => {
    const { diff } = plan({ ...asked, operatorNamespace: 'rook' });
    expect(diff).toContain('+provisioner: rook.rbd.csi.ceph.com');
    expect(diff).toContain('+  clusterID: rook-ceph');
  });

  it.each<[string, Record<string, unknown>, FactsOfTest, string]>([
    ['of all tenants', { className: CLASS }, {}, 'className'],
    ['of the platform', { className: 'local-path' }, {}, 'className'],
    ['that is live', { className: 'ceph' }, {}, 'className'],
    [
      'of snapshots that is live',
      {},
      { snapshotClasses: [{ name: 'rook-ceph-block', driver: RBD }] },
      'snapshotClassName',
    ],
  ])('have no second owner: one %s', (_, more, facts, field) => {
    expect(refused({ ...asked, ...more }, facts)[0]).toMatchObject({
      code: 'nameTaken',
      field,
    });
  });

  it('come without one for snapshots where nothing takes snapshots', () => {
    const { diff, warnings } = plan(asked, { snapshotClasses: 'notInstalled' });
    expect(diff).not.toContain('VolumeSnapshotClass');
    expect(warnings).toMatchObject([{ code: 'noSnapshots' }]);
  });
});

it.each<[string, FactsOfTest]>([
  ['passed', {}],
  ['failed', { namespaces: [] }],
  ['unknown', { namespaces: 'unknown' }],
])('has gates for its namespaces: %s', (state, facts) => {
  expect(gateOf(rookCeph, asked, facts)).toEqual([
    { id: 'operatorNamespaceThere', state },
  ]);
});

it('arrives with its classes and driver', () => {
  expect(missingOf(rookCeph, asked, { csiDrivers: 'unknown' })).toBeNull();
  expect(missingOf(rookCeph, asked, { csiDrivers: [] })).toBe(
    `Not there yet: the class rook-ceph-block, the driver ${RBD}, the class rook-ceph-block of snapshots.`,
  );
  expect(
    missingOf(rookCeph, asked, {
      storageClasses: [{ name: 'rook-ceph-block', provisioner: RBD }],
      snapshotClasses: [{ name: 'rook-ceph-block', driver: RBD }],
    }),
  ).toBe('');
});
