import type { Trouble } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { RecordsByKind } from '../inventory/records';
import {
  type Content,
  DOUBLING_PLATFORM,
  eventAbout,
  Gi,
  HEALTHY_PLATFORM,
  inventoryOf,
  NOW,
  together,
  uidOf,
} from '../views/inventoryOf.testing';
import { volumeFactsOf } from '../views/volumeFacts';
import { diagnoseVolume } from './volumeTroubles';

const MINUTE = 60_000;
const NAME = `pvc-${uidOf(1)}`;
const PRIME = `prime-${uidOf(101)}`;

type Options = Parameters<typeof inventoryOf>[1];

function troublesOf(
  content: Content,
  platform = HEALTHY_PLATFORM,
  options?: Options,
): Trouble[] {
  const cluster = inventoryOf(together(platform, content), options);
  const volume = volumeFactsOf(cluster, 'alpha').find(
    ({ name }) => name === NAME,
  );
  return diagnoseVolume(cluster, volume!, NOW);
}

function claim(
  more: Partial<RecordsByKind['PersistentVolumeClaim']> = {},
): Content {
  return {
    PersistentVolumeClaim: [
      {
        name: NAME,
        namespace: 'alpha',
        uid: uidOf(101),
        phase: 'Pending',
        selectedNode: 'w1',
        ...more,
      },
    ],
  };
}

function dataVolume(
  phase: string,
  more: Partial<RecordsByKind['DataVolume']> = {},
): Content {
  return {
    DataVolume: [
      {
        name: NAME,
        namespace: 'alpha',
        phase,
        createdAt: NOW - 5 * MINUTE,
        ...more,
      },
    ],
  };
}

function event(
  kind: string,
  reason: string,
  message: string,
  more: Partial<RecordsByKind['Event']> = {},
  name = NAME,
): Content {
  return { Event: [eventAbout(kind, name, reason, message, more)] };
}

function onNode(
  node: string,
  nodes: Content['Node'],
  more: Content = {},
): Content {
  return together(claim({ phase: 'Bound' }), more, {
    PersistentVolume: [
      { name: 'pv-1', node, claim: { namespace: 'alpha', name: NAME } },
    ],
    Node: nodes,
  });
}

const OVER_QUOTA =
  'persistentvolumeclaims "pvc" is forbidden: exceeded quota: alpha-storage, requested: 10Gi, used: 45Gi, limited: 50Gi';

describe('a volume that does not work', () => {
  const cases: Array<
    [
      what: string,
      content: Content,
      expected: Partial<Trouble>,
      platform?: Content,
    ]
  > = [
    [
      'whose storage is lost',
      claim({ phase: 'Lost' }),
      { severity: 'error', code: 'claimLost', whoCanFix: 'platform' },
    ],
    [
      'that the quota refuses, by its event',
      together(
        dataVolume('Pending'),
        event('DataVolume', 'ErrExceededQuota', OVER_QUOTA),
      ),
      {
        severity: 'error',
        code: 'quotaExceeded',
        whoCanFix: 'tenant',
        object: { kind: 'DataVolume', name: NAME },
      },
    ],
    [
      'that the quota refuses, by its condition, when the event is forgotten',
      dataVolume('Pending', {
        conditions: [
          {
            type: 'Bound',
            status: 'Unknown',
            reason: 'ErrExceededQuota',
            message: OVER_QUOTA,
            at: NOW - 120 * MINUTE,
          },
        ],
      }),
      { code: 'quotaExceeded', since: '2026-06-01T10:00:00.000Z' },
    ],
    [
      'whose prime claim the quota refuses',
      together(
        claim(),
        dataVolume('ImportScheduled'),
        event('PersistentVolumeClaim', 'ErrExceededQuota', OVER_QUOTA),
      ),
      {
        severity: 'error',
        code: 'helperExceedsQuota',
        message: expect.stringContaining('its size twice'),
      },
      DOUBLING_PLATFORM,
    ],
    [
      'whose scratch claim the quota refuses',
      together(
        claim(),
        dataVolume('ImportScheduled', {
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Error',
              message: OVER_QUOTA,
            },
          ],
        }),
      ),
      {
        code: 'helperExceedsQuota',
        message: expect.stringContaining('a second one'),
      },
    ],
    [
      'whose class does not exist, by the class',
      claim({ storageClass: 'gone' }),
      {
        code: 'storageClassMissing',
        message: expect.stringContaining('gone'),
        remedy: expect.stringContaining('point at tenant-storage-class'),
        whoCanFix: 'tenant',
      },
    ],
    [
      'whose class, the one of all tenants, does not exist',
      claim(),
      {
        code: 'storageClassMissing',
        remedy: 'The platform team has to put the storage class back.',
        whoCanFix: 'platform',
      },
      { ...HEALTHY_PLATFORM, StorageClass: [] },
    ],
    [
      'whose class does not exist, by the event',
      together(
        claim({ storageClass: undefined }),
        event(
          'PersistentVolumeClaim',
          'ProvisioningFailed',
          'storageclass.storage.k8s.io "tenant-storage-class" not found',
        ),
      ),
      { code: 'storageClassMissing', whoCanFix: 'platform' },
    ],
    [
      'that CDI does not know how to create',
      together(
        dataVolume(''),
        event(
          'DataVolume',
          'ErrClaimNotValid',
          'missing storage class access mode',
        ),
      ),
      { code: 'claimNotValid', whoCanFix: 'platform' },
    ],
    [
      'whose node is refused',
      together(
        claim(),
        event(
          'PersistentVolumeClaim',
          'ProvisioningFailed',
          'failed to provision volume: no local path available on node cp-1',
        ),
      ),
      {
        code: 'provisionerRefusedNode',
        quote:
          'failed to provision volume: no local path available on node cp-1',
      },
    ],
    [
      'whose prime claim’s node is refused',
      together(
        claim(),
        {
          PersistentVolumeClaim: [
            { name: PRIME, namespace: 'alpha', phase: 'Pending' },
          ],
        },
        event(
          'PersistentVolumeClaim',
          'ProvisioningFailed',
          "config doesn't contain node w9, and no DEFAULT_PATH_FOR_NON_LISTED_NODES available",
          {},
          PRIME,
        ),
      ),
      {
        code: 'provisionerRefusedNode',
        object: { kind: 'PersistentVolumeClaim', name: PRIME },
      },
    ],
    [
      'that asks for a mode that is not to be had',
      together(
        claim(),
        event(
          'PersistentVolumeClaim',
          'ProvisioningFailed',
          'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes',
        ),
      ),
      { code: 'modeNotSupported' },
    ],
    [
      'that is bound too early',
      together(
        claim(),
        event(
          'PersistentVolumeClaim',
          'ProvisioningFailed',
          'configuration error, no node was specified',
        ),
      ),
      { code: 'immediateBinding' },
    ],
    [
      'whose directory is not made',
      together(
        claim(),
        event(
          'PersistentVolumeClaim',
          'ProvisioningFailed',
          'create process timeout after 120 seconds',
        ),
      ),
      { code: 'provisionerPodFailing' },
    ],
    [
      'whose raw disk may not be opened',
      together(
        claim(),
        dataVolume('ImportInProgress', {
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Error',
              message:
                'blockdev: cannot open /dev/cdi-block-volume: Permission denied',
            },
          ],
        }),
      ),
      { code: 'blockDeviceDenied' },
    ],
    [
      'whose importer fits nowhere',
      together(
        claim(),
        dataVolume('ImportScheduled', {
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Unschedulable',
              message: '0/5 nodes are available',
            },
          ],
        }),
      ),
      { code: 'importerUnschedulable' },
    ],
    [
      'whose importer runs out of memory',
      together(
        claim(),
        dataVolume('ImportInProgress', {
          restartCount: 4,
          conditions: [
            { type: 'Running', status: 'False', reason: 'OOMKilled' },
          ],
        }),
      ),
      {
        code: 'importerFailing',
        message: expect.stringMatching(/OOMKilled.*4 times/),
      },
    ],
    [
      'that is bound already, and whose importer runs out of memory',
      together(
        claim({ phase: 'Bound' }),
        dataVolume('ImportInProgress', {
          restartCount: 9,
          conditions: [
            { type: 'Running', status: 'False', reason: 'OOMKilled' },
          ],
        }),
      ),
      {
        severity: 'error',
        code: 'importerFailing',
        message: expect.stringMatching(/OOMKilled.*9 times/),
      },
    ],
    [
      'whose importer runs just now, for the tenth time',
      together(
        claim({ phase: 'Bound' }),
        dataVolume('ImportInProgress', {
          restartCount: 9,
          createdAt: NOW - MINUTE,
          conditions: [
            { type: 'Running', status: 'True', reason: 'Pod is running' },
          ],
        }),
      ),
      {
        severity: 'warning',
        code: 'importerRestarts',
        message: expect.stringContaining('9 times'),
      },
    ],
    [
      'whose name is taken',
      together(
        dataVolume('Pending'),
        event('DataVolume', 'ErrResourceExists', 'Resource already exists'),
      ),
      { code: 'nameClash' },
    ],
    [
      'that nobody works on, because CDI is down',
      dataVolume(''),
      { code: 'cdiDown', object: { kind: 'CDI', name: 'cdi' } },
      { ...HEALTHY_PLATFORM, CDI: [{ name: 'cdi', phase: 'Error' }] },
    ],
    [
      'that failed',
      together(claim(), dataVolume('Failed')),
      {
        severity: 'error',
        code: 'dataVolumeFailed',
        message: 'It is not tried again.',
      },
    ],
    [
      'that can’t be filled because its source answers so',
      together(
        claim(),
        dataVolume('ImportInProgress', {
          restartCount: 2,
          conditions: [
            {
              type: 'Running',
              status: 'False',
              reason: 'Error',
              message:
                'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found',
            },
          ],
        }),
      ),
      {
        code: 'importerFailing',
        message:
          'What fills the volume ends with Error and was started again 2 times. The address of its source answered 404 (Not Found).',
      },
    ],
    [
      'that failed because its source answered so',
      together(
        claim(),
        dataVolume('Failed'),
        event(
          'DataVolume',
          'ImportFailed',
          'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found',
        ),
      ),
      {
        code: 'dataVolumeFailed',
        message:
          'It is not tried again. The address of its source answered 404 (Not Found).',
        quote:
          'Unable to connect to http data source: expected status code 200, got 404. Status: 404 Not Found',
      },
    ],
    [
      'whose PersistentVolume failed',
      together(claim({ phase: 'Bound' }), {
        PersistentVolume: [
          {
            name: 'pv-1',
            phase: 'Failed',
            message: 'cannot delete',
            claim: { namespace: 'alpha', name: NAME },
          },
        ],
      }),
      {
        code: 'persistentVolumeFailed',
        object: { kind: 'PersistentVolume', name: 'pv-1' },
      },
    ],
    [
      'whose node is gone',
      onNode('w9', []),
      { code: 'nodeGone', object: { kind: 'Node', name: 'w9' } },
    ],
    [
      'whose node is not ready',
      onNode('w3', [{ name: 'w3', ready: false }]),
      { severity: 'error', code: 'nodeNotReady' },
    ],
    [
      'whose node runs out of disk',
      onNode('w3', [{ name: 'w3', diskPressure: true }]),
      { severity: 'warning', code: 'nodeDiskPressure' },
    ],
    [
      'whose node takes nothing new',
      onNode('w3', [{ name: 'w3', unschedulable: true }]),
      { severity: 'warning', code: 'nodeCordoned' },
    ],
    [
      'that is on another node than its machine',
      onNode('w1', [], {
        VirtualMachineInstance: [
          {
            name: 'worker-2',
            namespace: 'alpha',
            node: 'w2',
            volumes: [
              { name: 'd', claim: NAME, phase: 'Pending', hotplugged: true },
            ],
          },
        ],
      }),
      {
        severity: 'error',
        code: 'onAnotherNode',
        message: expect.stringMatching(/w1.*worker-2.*w2/),
      },
    ],
    [
      'that another machine still holds',
      together(
        claim({ phase: 'Bound' }),
        event(
          'PersistentVolumeClaim',
          'FailedAttachVolume',
          'volume is attached to another VM',
        ),
      ),
      { code: 'attachedElsewhere' },
    ],
    [
      'that can not be deleted because it is used',
      claim({
        phase: 'Bound',
        deletedAt: NOW - 60 * MINUTE,
        finalizers: ['kubernetes.io/pvc-protection'],
      }),
      {
        severity: 'warning',
        code: 'stuckDeleting',
        whoCanFix: 'tenant',
        since: '2026-06-01T11:00:00.000Z',
      },
    ],
    [
      'that can not be deleted because of something else',
      claim({
        phase: 'Bound',
        deletedAt: NOW - 60 * MINUTE,
        finalizers: ['example.com/keep'],
      }),
      {
        code: 'stuckDeleting',
        whoCanFix: 'platform',
        message: expect.stringContaining('example.com/keep'),
      },
    ],
    [
      'that local disks can not grow',
      claim({ phase: 'Bound', requested: 2n * Gi, capacity: Gi }),
      { severity: 'warning', code: 'resizeNeverStarts' },
    ],
    [
      'that fails to grow',
      together(
        claim({ phase: 'Bound', requested: 2n * Gi, capacity: Gi }),
        event('PersistentVolumeClaim', 'VolumeResizeFailed', 'pool is full'),
      ),
      { severity: 'error', code: 'resizeFailed' },
      DOUBLING_PLATFORM,
    ],
    [
      'whose source is in use',
      together(
        dataVolume('CloneScheduled'),
        event(
          'DataVolume',
          'CloneSourceInUse',
          'pod app is using PersistentVolumeClaim source',
        ),
      ),
      { severity: 'warning', code: 'cloneWaits' },
    ],
    [
      'that takes long',
      together(
        claim(),
        dataVolume('ImportInProgress', {
          createdAt: NOW - 45 * MINUTE,
          progress: '42.0%',
        }),
      ),
      {
        severity: 'warning',
        code: 'takesLong',
        message: expect.stringContaining(
          '45 minutes (ImportInProgress at 42.0%)',
        ),
      },
    ],
    [
      'of which Kubernetes says something that no cause explains',
      together(
        claim(),
        event('PersistentVolumeClaim', 'Odd', 'the moon is in the way'),
      ),
      {
        severity: 'warning',
        code: 'warningEvent',
        message: 'Kubernetes calls it Odd.',
        quote: 'the moon is in the way',
      },
    ],
  ];

  it.each(cases)(
    '%s: says so, with who can fix it and how',
    (...[, content, expected, platform]) => {
      const [worst] = troublesOf(content, platform);
      expect(worst).toMatchObject(expected);
      expect(worst.title).toMatch(/^[A-Z].{5,70}$/);
      expect(worst.message.length).toBeGreaterThan(20);
      expect(worst.remedy).toBeTruthy();
      expect(`${worst.title} ${worst.message} ${worst.remedy}`).not.toMatch(
        /undefined|null|NaN|\[object/,
      );
      // A tenant need not know what the platform is made of.
      expect(`${worst.title} ${worst.message}`).not.toMatch(
        /StorageProfile|PersistentVolume|containerd|importer|provisioner/,
      );
    },
  );
});

describe('a volume that is all right', () => {
  it('has no trouble', () => {
    expect(
      troublesOf(together(claim({ phase: 'Bound' }), dataVolume('Succeeded'))),
    ).toEqual([]);
  });

  it('has none because of what happened before it was made', () => {
    expect(
      troublesOf(
        together(
          claim({ phase: 'Bound' }),
          dataVolume('Succeeded'),
          event('DataVolume', 'ErrExceededQuota', OVER_QUOTA),
          event(
            'PersistentVolumeClaim',
            'ProvisioningFailed',
            'no local path available on node cp-1',
          ),
        ),
      ),
    ).toEqual([]);
  });

  it('has none because of an object of its name that was there before', () => {
    expect(
      troublesOf(
        together(
          claim(),
          event('PersistentVolumeClaim', 'Odd', 'old', {
            regarding: {
              kind: 'PersistentVolumeClaim',
              namespace: 'alpha',
              name: NAME,
              uid: uidOf(7),
            },
          }),
        ),
      ),
    ).toEqual([]);
  });

  it('has none because its node can not be seen', () => {
    expect(
      troublesOf(onNode('w9', []), HEALTHY_PLATFORM, {
        states: {
          Node: { state: 'notPermitted', since: NOW, message: 'forbidden' },
        },
      }),
    ).toEqual([]);
  });

  it.each([
    [dataVolume('WaitForFirstConsumer'), claim({ selectedNode: undefined })],
    [dataVolume('PendingPopulation'), claim({ selectedNode: undefined })],
    [claim({ selectedNode: undefined })],
  ])('waits for its first pod, which is fine (%#)', (...content) => {
    expect(troublesOf(together(...content))).toMatchObject([
      { severity: 'info', code: 'waitingForConsumer' },
    ]);
  });

  it('does not wait for a pod if something is wrong', () => {
    expect(
      troublesOf(
        together(
          claim({ selectedNode: undefined }),
          event(
            'PersistentVolumeClaim',
            'ProvisioningFailed',
            'no local path available on node cp-1',
          ),
        ),
      ).map(({ code }) => code),
    ).toEqual(['provisionerRefusedNode']);
  });

  it('is growing', () => {
    expect(
      troublesOf(
        claim({
          phase: 'Bound',
          requested: 2n * Gi,
          capacity: Gi,
          conditions: [{ type: 'FileSystemResizePending', status: 'True' }],
        }),
        DOUBLING_PLATFORM,
      ),
    ).toMatchObject([{ severity: 'info', code: 'resizePending' }]);
  });

  it('is quietly being deleted for some minutes', () => {
    expect(
      troublesOf(claim({ phase: 'Bound', deletedAt: NOW - MINUTE })),
    ).toEqual([]);
  });

  it('is attached to a machine on a node in maintenance', () => {
    expect(
      troublesOf(
        onNode('w3', [{ name: 'w3', unschedulable: true }], {
          VirtualMachineInstance: [
            {
              name: 'worker',
              namespace: 'alpha',
              node: 'w3',
              volumes: [
                { name: 'd', claim: NAME, phase: 'Ready', hotplugged: true },
              ],
            },
          ],
        }),
      ),
    ).toEqual([]);
  });
});

describe('evidence', () => {
  it('from conditions ranks above events', () => {
    const [worst] = troublesOf(
      together(
        dataVolume('Pending', {
          conditions: [
            {
              type: 'Bound',
              status: 'Unknown',
              reason: 'ErrExceededQuota',
              message: 'exceeded quota: from the condition',
            },
          ],
        }),
        event(
          'DataVolume',
          'ErrExceededQuota',
          'exceeded quota: from the event',
        ),
      ),
    );
    expect(worst.quote).toContain('from the condition');
  });

  it('is the newest of several events', () => {
    const [worst] = troublesOf(
      together(
        claim(),
        event('PersistentVolumeClaim', 'Odd', 'older', {
          lastSeenAt: NOW - 9 * MINUTE,
        }),
        event('PersistentVolumeClaim', 'Odd', 'newer', {
          lastSeenAt: NOW - 8 * MINUTE,
        }),
      ),
    );
    expect(worst.quote).toBe('newer');
  });

  it('that is worse comes first', () => {
    const troubles = troublesOf(
      together(
        onNode('w3', [{ name: 'w3', diskPressure: true }]),
        dataVolume('Failed'),
      ),
    );
    expect(troubles.map(({ severity }) => severity)).toEqual([
      'error',
      'warning',
    ]);
  });

  it('of a node is quoted on one line', () => {
    const [worst] = troublesOf(
      together(
        claim(),
        event('PersistentVolumeClaim', 'Odd', 'two\n  lines\t here'),
      ),
    );
    expect(worst.quote).toBe('two lines here');
  });
});
