import { InputError } from '@backstage/errors';
import { execFileSync } from 'node:child_process';
import {
  type Content,
  eventAbout,
  Gi,
  HEALTHY_PLATFORM,
  inventoryOf,
  NOW,
  together,
  uidOf,
} from './inventoryOf.testing';
import { volumeList } from './lists';
import { volumeDetail, volumeViews } from './volume';

const MINUTE = 60_000;
const NAME = `pvc-${uidOf(1)}`;
const notPermitted = {
  state: 'notPermitted' as const,
  since: NOW,
  message: 'forbidden',
};

type Options = Parameters<typeof inventoryOf>[1];

function views(content: Content, options?: Options) {
  const cluster = inventoryOf(together(HEALTHY_PLATFORM, content), options);
  return volumeViews(cluster, 'alpha', NOW);
}

const claim = { name: NAME, namespace: 'alpha', uid: uidOf(101) };
const dataVolume = { name: NAME, namespace: 'alpha' };

const healthy: Content = {
  PersistentVolumeClaim: [
    {
      ...claim,
      requested: 11_381_663_335n,
      capacity: 11_381_663_335n,
      volume: 'pv-1',
    },
  ],
  DataVolume: [
    {
      ...dataVolume,
      requested: 10n * Gi,
      tenantCluster: 'prod',
      progress: '100.0%',
    },
  ],
  PersistentVolume: [
    { name: 'pv-1', node: 'w1', claim: { namespace: 'alpha', name: NAME } },
  ],
  VirtualMachineInstance: [
    {
      name: 'worker-1',
      namespace: 'alpha',
      node: 'w1',
      volumes: [
        { name: 'disk-1', claim: NAME, phase: 'Ready', hotplugged: true },
      ],
    },
  ],
};

describe('a volume', () => {
  it('is shown with all that is known of it', () => {
    expect(views(healthy)).toEqual([
      {
        name: NAME,
        purpose: 'tenantVolume',
        belongsTo: null,
        state: 'ok',
        troubles: [],
        tenantCluster: 'prod',
        tenantClaim: {
          uid: uidOf(1),
          command: expect.stringContaining(uidOf(1)),
        },
        requested: `${10n * Gi}`,
        charged: '11381663335',
        capacity: '11381663335',
        storageClass: 'tenant-storage-class',
        accessModes: ['ReadWriteOnce'],
        volumeMode: 'Filesystem',
        phase: 'Bound',
        dataVolume: { name: NAME, phase: 'Succeeded', progress: '100.0%' },
        persistentVolume: 'pv-1',
        node: 'w1',
        attachedTo: { virtualMachine: 'worker-1', phase: 'Ready' },
        createdAt: '2026-05-29T12:00:00.000Z',
        deletingSince: null,
      },
    ]);
  });

  it('comes with a command that finds its claim by uid in the tenant cluster', () => {
    const command = views(healthy)[0].tenantClaim!.command;
    // A kubectl that prints a table; the shell and grep are real.
    const listed = [
      `db    data-0   ${uidOf(2)}`,
      `shop  uploads  ${uidOf(1)}`,
    ].join('\n');
    const found = execFileSync(
      'sh',
      ['-c', `kubectl() { printf '%s\\n' "$LISTED"; }; ${command}`],
      { env: { ...process.env, LISTED: listed }, encoding: 'utf8' },
    );
    expect(found.trim()).toBe(`shop  uploads  ${uidOf(1)}`);
    expect(command).toMatch(/^[\w\s.:,=|-]+$/);
  });

  it('has no tenant claim if its name is not of the form', () => {
    const names = [
      'root-disk',
      'pvc-1',
      `pvc-${uidOf(1)};reboot`,
      `x-pvc-${uidOf(1)}`,
    ];
    expect(
      views({
        PersistentVolumeClaim: names.map(name => ({
          name,
          namespace: 'alpha',
        })),
      }).map(({ tenantClaim, purpose }) => [tenantClaim, purpose]),
    ).toEqual(names.map(() => [null, 'other']));
  });

  it('is charged the larger of what it asks for and what is allocated', () => {
    const [volume] = views({
      PersistentVolumeClaim: [{ ...claim, requested: Gi, allocated: 2n * Gi }],
    });
    expect(volume.charged).toBe(`${2n * Gi}`);
  });

  it('has no size rather than none if that is not known', () => {
    const [volume] = views({ PersistentVolumeClaim: [claim] });
    expect(volume).toMatchObject({
      requested: null,
      charged: null,
      capacity: null,
      node: null,
      dataVolume: null,
    });
  });

  it('is shown before it has a claim, charged nothing known', () => {
    const [volume] = views({
      DataVolume: [
        { ...dataVolume, phase: '', requested: Gi, tenantCluster: 'prod' },
      ],
    });
    expect(volume).toMatchObject({
      name: NAME,
      purpose: 'tenantVolume',
      state: 'working',
      tenantCluster: 'prod',
      requested: `${Gi}`,
      charged: null,
      phase: null,
      dataVolume: { name: NAME, phase: null, progress: null },
    });
  });

  it('is shown under the name of its claim if the DataVolume has another', () => {
    expect(
      views({
        DataVolume: [{ ...dataVolume, name: 'dv', claim: NAME }],
        PersistentVolumeClaim: [claim],
      }),
    ).toMatchObject([{ name: NAME, dataVolume: { name: 'dv' } }]);
  });

  it('is on the selected node as long as it has no PersistentVolume', () => {
    const [volume] = views({
      PersistentVolumeClaim: [
        { ...claim, phase: 'Pending', selectedNode: 'w2' },
      ],
    });
    expect(volume.node).toBe('w2');
  });

  it('is never younger than now, whatever the clocks say', () => {
    const [volume] = views({
      PersistentVolumeClaim: [
        {
          ...claim,
          createdAt: NOW + 60 * MINUTE,
          deletedAt: NOW + 60 * MINUTE,
        },
      ],
    });
    expect(volume).toMatchObject({
      createdAt: '2026-06-01T12:00:00.000Z',
      deletingSince: '2026-06-01T12:00:00.000Z',
      state: 'deleting',
    });
  });

  it('is attached to the machine that has it, while two list it', () => {
    const machine = (name: string, phase: string) => ({
      name,
      namespace: 'alpha',
      volumes: [{ name: 'disk', claim: NAME, phase, hotplugged: true }],
    });
    const [volume] = views({
      PersistentVolumeClaim: [claim],
      VirtualMachineInstance: [
        machine('old', 'Pending'),
        machine('new', 'Ready'),
        machine('older', 'Detaching'),
      ],
    });
    expect(volume.attachedTo).toEqual({
      virtualMachine: 'new',
      phase: 'Ready',
    });
  });

  it.each([
    ['ok', { phase: 'Bound' }, 'Succeeded'],
    ['ok', { phase: 'Bound' }, undefined],
    ['working', { phase: 'Bound' }, 'ImportInProgress'],
    ['working', { phase: 'Pending' }, 'ImportScheduled'],
    ['waiting', { phase: 'Pending' }, 'WaitForFirstConsumer'],
    ['waiting', { phase: 'Pending' }, 'PendingPopulation'],
    ['working', { phase: 'Pending', selectedNode: 'w1' }, 'PendingPopulation'],
    ['waiting', { phase: 'Pending' }, undefined],
    ['error', { phase: 'Lost' }, 'Succeeded'],
    ['error', { phase: 'Bound' }, 'Failed'],
    ['deleting', { phase: 'Bound', deletedAt: NOW - MINUTE }, 'Succeeded'],
    ['unknown', { phase: undefined }, undefined],
    ['unknown', { phase: 'Bound' }, 'Unknown'],
  ])('is %s with the claim %j and the DataVolume %s', (state, more, phase) => {
    const [volume] = views({
      PersistentVolumeClaim: [{ ...claim, ...more }],
      DataVolume: phase
        ? [{ ...dataVolume, phase, createdAt: NOW - MINUTE }]
        : [],
    });
    expect(volume.state).toBe(state);
  });

  it('is in a state that is not known if claims can not be seen', () => {
    const [volume] = views(healthy, {
      states: { PersistentVolumeClaim: notPermitted },
    });
    expect(volume).toMatchObject({
      state: 'unknown',
      phase: null,
      charged: null,
    });
  });
});

describe('a volume whose DataVolume can not be seen', () => {
  const [unseen, attached] = [
    { PersistentVolumeClaim: [{ ...claim, requested: Gi }] },
    {
      PersistentVolumeClaim: [{ ...claim, requested: Gi }],
      VirtualMachineInstance: [
        {
          name: 'prod-worker-1',
          namespace: 'alpha',
          volumes: [
            { name: 'v', claim: NAME, phase: 'Ready', hotplugged: true },
          ],
        },
      ],
    },
  ].map(content => views(content, { states: { DataVolume: notPermitted } })[0]);

  it('may still be being filled, and may have been asked for in another size', () => {
    expect(unseen).toMatchObject({ state: 'unknown', requested: null });
  });

  it('is well if a machine has it', () => {
    expect(attached.state).toBe('ok');
  });

  it('is well if there are no DataVolumes at all', () => {
    const [volume] = views(
      { PersistentVolumeClaim: [{ ...claim, requested: Gi }] },
      { states: { DataVolume: { ...notPermitted, state: 'notInstalled' } } },
    );
    expect(volume).toMatchObject({
      state: 'ok',
      requested: `${Gi}`,
    });
  });
});

describe('helper claims', () => {
  const target = { ...claim, phase: 'Pending', tenantCluster: 'prod' };
  const helper = (name: string) => ({
    name,
    namespace: 'alpha',
    requested: Gi,
  });

  it.each([
    [`prime-${uidOf(101)}`, 'populating'],
    [`${NAME}-scratch`, 'scratch'],
    [`tmp-pvc-${uidOf(101)}`, 'clone'],
    [`tmp-source-pvc-${uidOf(101)}`, 'clone'],
  ])(
    'such as %s are named as what they are and belong to their volume',
    (name, purpose) => {
      const all = views({ PersistentVolumeClaim: [target, helper(name)] });
      expect(all.find(volume => volume.name === name)).toMatchObject({
        purpose,
        belongsTo: NAME,
        tenantCluster: 'prod',
        state: 'working',
        charged: `${Gi}`,
      });
    },
  );

  it('of helpers belong to the volume in the end', () => {
    const prime = `prime-${uidOf(101)}`;
    const all = views({
      PersistentVolumeClaim: [
        target,
        helper(prime),
        helper(`${prime}-scratch`),
      ],
    });
    expect(all.find(({ name }) => name === `${prime}-scratch`)?.belongsTo).toBe(
      NAME,
    );
  });

  it('belong to the claim that owns them if the uid is of no claim', () => {
    const all = views({
      PersistentVolumeClaim: [
        target,
        {
          ...helper(`prime-${uidOf(999)}`),
          owner: {
            kind: 'PersistentVolumeClaim',
            name: NAME,
            uid: uidOf(101),
          },
        },
      ],
    });
    expect(all.map(({ belongsTo }) => belongsTo)).toEqual([NAME, null]);
  });

  it('belong to nobody if their volume is gone', () => {
    expect(
      views({ PersistentVolumeClaim: [helper(`prime-${uidOf(7)}`)] }),
    ).toMatchObject([{ purpose: 'populating', belongsTo: null }]);
  });

  it('are no helpers if a DataVolume is called so', () => {
    expect(
      views({
        PersistentVolumeClaim: [helper('my-scratch')],
        DataVolume: [{ name: 'my-scratch', namespace: 'alpha' }],
      }),
    ).toMatchObject([{ purpose: 'vmDisk', belongsTo: null }]);
  });
});

describe('disks of machines', () => {
  it('are claims that a machine uses without having plugged them in later, or that a DataVolume made', () => {
    const all = views({
      PersistentVolumeClaim: [
        { name: 'root-1', namespace: 'alpha' },
        { name: 'root-2', namespace: 'alpha' },
        { name: 'made-by-hand', namespace: 'alpha' },
        claim,
      ],
      DataVolume: [{ name: 'root-2', namespace: 'alpha' }, dataVolume],
      VirtualMachineInstance: [
        {
          name: 'worker-1',
          namespace: 'alpha',
          volumes: [
            { name: 'root', claim: 'root-1', hotplugged: false },
            { name: 'cloud-init', hotplugged: false },
          ],
        },
      ],
    });
    expect(all.map(({ name, purpose }) => [name, purpose])).toEqual([
      ['made-by-hand', 'other'],
      [NAME, 'tenantVolume'],
      ['root-1', 'vmDisk'],
      ['root-2', 'vmDisk'],
    ]);
  });
});

describe('the details of a volume', () => {
  it('are the volume with its events, newest first', () => {
    const cluster = inventoryOf(
      together(HEALTHY_PLATFORM, healthy, {
        Event: [
          eventAbout('PersistentVolumeClaim', NAME, 'Older', 'first', {
            lastSeenAt: NOW - 9 * MINUTE,
            type: 'Normal',
          }),
          eventAbout('DataVolume', NAME, 'Newer', 'second', {
            lastSeenAt: NOW - 8 * MINUTE,
            type: 'Normal',
            count: 3,
          }),
          eventAbout('PersistentVolumeClaim', NAME, 'Foreign', 'of another', {
            regarding: {
              kind: 'PersistentVolumeClaim',
              namespace: 'alpha',
              name: NAME,
              uid: uidOf(55),
            },
          }),
        ],
      }),
    );
    expect(volumeDetail(cluster, 'alpha', NAME, NOW)).toMatchObject({
      volume: { name: NAME, state: 'ok' },
      events: [
        {
          type: 'Normal',
          reason: 'Newer',
          message: 'second',
          count: 3,
          lastSeenAt: '2026-06-01T11:52:00.000Z',
          object: { kind: 'DataVolume', name: NAME },
        },
        { reason: 'Older' },
      ],
      freshness: { state: 'live' },
      errors: [],
    });
  });

  it('have no events, rather than an empty list, if those can not be seen', () => {
    const cluster = inventoryOf(healthy, { states: { Event: notPermitted } });
    expect(volumeDetail(cluster, 'alpha', NAME, NOW)).toMatchObject({
      events: null,
      freshness: { state: 'partial' },
      errors: [{ kind: 'Event' }],
    });
  });

  it.each(['nothing', '__proto__', 'constructor', ''])(
    'are not to be had for %j, which the tenant does not have',
    name => {
      const cluster = inventoryOf(healthy);
      expect(volumeDetail(cluster, 'alpha', name, NOW)).toBeUndefined();
      expect(volumeDetail(cluster, 'beta', NAME, NOW)).toBeUndefined();
    },
  );
});

describe('the list of volumes', () => {
  const cluster = inventoryOf(
    together(HEALTHY_PLATFORM, healthy, {
      PersistentVolumeClaim: [
        { name: 'lost', namespace: 'alpha', phase: 'Lost', requested: Gi },
        { name: 'odd', namespace: 'alpha', phase: undefined },
        { name: 'elsewhere', namespace: 'beta' },
      ],
    }),
  );
  const list = (query: Partial<Parameters<typeof volumeList>[2]>) =>
    volumeList(cluster, 'alpha', { sort: '-state', limit: 50, ...query }, NOW);
  const names = (query: Partial<Parameters<typeof volumeList>[2]>) =>
    list(query).items.map(({ name }) => name);

  it('has the worst first and what is unknown last, and none of another tenant', () => {
    expect(names({})).toEqual(['lost', NAME, 'odd']);
    expect(names({ sort: 'state' })).toEqual([NAME, 'lost', 'odd']);
    expect(list({})).toMatchObject({
      total: 3,
      nextCursor: null,
      freshness: { state: 'live' },
      errors: [],
    });
  });

  it.each([
    ['name', ['lost', 'odd', NAME]],
    ['-name', [NAME, 'odd', 'lost']],
    ['charged', ['lost', NAME, 'odd']],
    ['-charged', [NAME, 'lost', 'odd']],
    ['-node', [NAME, 'lost', 'odd']],
    ['tenantCluster', [NAME, 'lost', 'odd']],
  ])('is sorted by %s', (sort, expected) => {
    expect(names({ sort })).toEqual(expected);
  });

  it.each(['00000000-0000', 'PROD', 'w1', 'worker-1', 'PVC-'])(
    'is searched for %s',
    search => {
      expect(names({ search })).toEqual([NAME]);
    },
  );

  it('is filtered by state, tenant cluster and purpose', () => {
    expect(names({ state: ['error'] })).toEqual(['lost']);
    expect(names({ state: ['error', 'ok'] })).toEqual(['lost', NAME]);
    expect(names({ tenantCluster: 'prod' })).toEqual([NAME]);
    expect(names({ purpose: ['other'] })).toEqual(['lost', 'odd']);
  });

  it('is paged', () => {
    const first = list({ limit: 2 });
    expect(first.items).toHaveLength(2);
    expect(names({ limit: 2, cursor: first.nextCursor! })).toEqual(['odd']);
    expect(() => list({ cursor: 'nonsense' })).toThrow(InputError);
  });
});
