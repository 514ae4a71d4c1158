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

  it('are named once for each node, at least one', () => {
    const w1 = { name: 'w1', devices: ['sdb'] };
    for (const [nodes, field] of [
      [[w1, w1], 'nodes.1.name'],
      [[w1, { name: 'w2', devices: [] }], 'nodes.1.devices'],
    ]) {
      expect(refused({ ...asked, nodes })).toMatchObject([
        { code: 'inputInvalid', field },
      ]);
    }
  });

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

describe('disks that Ceph has', () => {
  const fewer = ['w1', 'w2', 'w3'].map(name => ({ name, devices: ['sdb'] }));
  const told = (...args: Parameters<typeof plan>) => {
    const { refusals, warnings } = plan(...args);
    expect(refusals).toEqual([]);
    return warnings.find(({ code }) => code === 'disksStay')?.message;
  };

  it('stay when their node’s list gets shorter, which is told', () => {
    expect(told({ ...asked, nodes: fewer }, {}, inGit())).toContain(
      'sdc of w1, sdc of w2, sdc of w3',
    );
    expect(told(asked, {}, inGit())).toBeUndefined();
  });

  it('stay when another filter, or none, takes its place', () => {
    const other = { ...everyNode, deviceFilter: '^sdc$' };
    expect(told(other, {}, inGit(everyNode))).toContain('disks like ^sd[b-z]$');
    expect(told(other, {}, inGit())).toContain('sdb of w1');
  });

  it('of every node stay watched when nodes are named', () => {
    expect(
      refused({ ...asked, nodes: fewer }, {}, inGit(everyNode)),
    ).toMatchObject([
      {
        code: 'unsafe',
        field: 'nodes',
        message: expect.stringContaining('not in the list: w4.'),
      },
    ]);
  });

  it.each([{ controlPlane: true }, { unschedulable: true }])(
    'are not taken from a node that Rook puts nothing on: %j',
    unfit => {
      const nodes = ['w1', 'w2', 'w4'].map(name => ({ name }));
      expect(
        plan(asked, { nodes: [...nodes, { name: 'w3', ...unfit }] }).warnings,
      ).toMatchObject([{ code: 'nodesUnfit' }]);
    },
  );
});

describe('a cluster that is there', () => {
  it('is never pruned, nor is its pool', () => {
    const { diff } = plan(asked);
    expect(diff.match(/prune: disabled/g)).toHaveLength(2);
  });

  it('keeps the folder of its monitors', () => {
    const texts = Object.fromEntries(
      Object.entries(inGit()).map(([path, text]) => [
        path,
        text.replace('/var/lib/rook', '/data/rook'),
      ]),
    );
    expect(plan(asked, {}, texts)).toMatchObject({
      changed: false,
      refusals: [],
    });
  });

  it.each<[string, FactsOfTest, Record<string, string>, string]>([
    [
      'of another name',
      {},
      {
        'ceph.yaml': `apiVersion: ceph.rook.io/v1
kind: CephCluster
metadata: { name: ceph, namespace: rook-ceph }
`,
      },
      'nameTaken',
    ],
    [
      'of a chart',
      {
        helmReleases: [
          {
            namespace: 'rook-ceph',
            name: 'ceph',
            chart: 'rook-ceph-cluster',
            targetNamespace: null,
          },
        ],
      },
      {},
      'ownedByHelmRelease',
    ],
  ])('%s is left alone', (_, facts, texts, code) => {
    expect(refused(asked, facts, texts)).toMatchObject([
      { code, field: 'namespace' },
    ]);
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

  it.each([CLASS, 'local-path'])(
    'are not %s, in Git or not: the platform has it already',
    className => {
      for (const facts of [
        { storageClasses: [] },
        { storageClasses: 'unknown' },
      ] satisfies FactsOfTest[]) {
        expect(refused({ ...asked, className }, facts)).toMatchObject([
          { code: 'nameTaken', field: 'className' },
        ]);
      }
    },
  );

  it('are not those of another cluster', () => {
    const namespaces = [{ name: 'rook-ceph' }, { name: 'ceph-2' }];
    const second = {
      ...asked,
      namespace: 'ceph-2',
      operatorNamespace: 'rook-ceph',
    };
    expect(refused(second, { namespaces }, inGit())).toMatchObject([
      { code: 'nameTaken', field: 'className' },
      { code: 'nameTaken', field: 'snapshotClassName' },
    ]);
  });

  it('are told to be there perhaps where nobody sees them', () => {
    expect(plan(asked, { storageClasses: 'unknown' }).warnings).toMatchObject([
      { code: 'classUnknown' },
    ]);
    const unseen = plan(asked, { snapshotClasses: 'unknown' });
    expect(unseen.diff).not.toContain('VolumeSnapshotClass');
    expect(unseen.warnings).toMatchObject([{ code: 'noSnapshots' }]);
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
