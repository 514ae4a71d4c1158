import type { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import type { KindName, KindState } from '../inventory/records';
import { TENANT_KINDS } from './freshness';
import {
  type Content,
  DOUBLING_PLATFORM,
  eventAbout,
  Gi,
  HEALTHY_PLATFORM,
  inventoryOf,
  NOW,
  quota,
  together,
  uidOf,
} from './inventoryOf.testing';
import { tenantPage } from './lists';
import { tenantSummary, tenantView } from './tenant';
import { underClusterView } from './underCluster';

const OWNERS = ['group:default/team-alpha'];
type Options = Parameters<typeof inventoryOf>[1];

function view(
  content: Content,
  options?: Options,
  platform = HEALTHY_PLATFORM,
): Tenant {
  return tenantView(
    inventoryOf(together(platform, content), options),
    'alpha',
    OWNERS,
    NOW,
  );
}

function codes({ troubles }: Tenant): string[] {
  return troubles.map(({ code }) => code);
}

const controller = (cluster: string, ready = 2, desired = 2) => ({
  name: `kubevirt-csi-controller-${cluster}`,
  namespace: 'alpha',
  ready,
  desired,
});

const volume = (number: number, tenantCluster?: string) => ({
  PersistentVolumeClaim: [
    {
      name: `pvc-${uidOf(number)}`,
      namespace: 'alpha',
      uid: uidOf(100 + number),
      requested: 2n * Gi,
      capacity: 2n * Gi,
    },
  ],
  DataVolume: [
    {
      name: `pvc-${uidOf(number)}`,
      namespace: 'alpha',
      requested: 2n * Gi,
      tenantCluster,
    },
  ],
});

const ALPHA: Content = together(
  volume(1, 'prod'),
  volume(2, 'prod'),
  volume(3, 'dev'),
  {
    ResourceQuota: [quota('50Gi', '10Gi')],
    TenantControlPlane: [
      { name: 'prod', namespace: 'alpha' },
      { name: 'dev', namespace: 'alpha', status: 'Upgrading' },
      { name: 'other', namespace: 'beta' },
    ],
    Deployment: [controller('prod'), controller('dev')],
  },
);

function allStates(state: KindState): Partial<Record<KindName, KindState>> {
  return Object.fromEntries(TENANT_KINDS.map(kind => [kind, state]));
}

describe('a tenant', () => {
  it('that is well is shown with its limits, clusters and volumes', () => {
    expect(view(ALPHA)).toMatchObject({
      underCluster: 'muc-1',
      underClusterTitle: 'Munich 1',
      name: 'alpha',
      owners: OWNERS,
      status: 'ok',
      quotaState: 'limited',
      limits: [
        {
          quota: 'alpha-storage',
          resource: 'bytes',
          storageClass: 'tenant-storage-class',
          used: `${10n * Gi}`,
          hard: `${50n * Gi}`,
          remaining: `${40n * Gi}`,
          usedRatio: 0.2,
        },
      ],
      headroom: { state: 'known' },
      charged: `${6n * Gi}`,
      tenantClusters: [
        {
          name: 'dev',
          controlPlane: { status: 'Upgrading', version: 'v1.31.1' },
          charged: `${2n * Gi}`,
          volumes: 1,
          csiController: { state: 'ready', ready: 2, desired: 2 },
        },
        { name: 'prod', charged: `${4n * Gi}`, volumes: 2 },
      ],
      hiddenConsumers: [],
      volumes: { total: 3, ok: 3 },
      storageClass: { state: 'present' },
      cdi: { state: 'deployed' },
      troubles: [],
      freshness: { state: 'live' },
      errors: [],
    });
  });

  it('shows volumes that name no tenant cluster under no name, last', () => {
    const { tenantClusters } = view(together(ALPHA, volume(4)));
    expect(tenantClusters.map(({ name }) => name)).toEqual([
      'dev',
      'prod',
      null,
    ]);
    expect(tenantClusters[2]).toMatchObject({
      volumes: 1,
      controlPlane: null,
      csiController: { state: 'unknown' },
    });
  });

  it('over its quota is in error, with a ratio over 1', () => {
    const tenant = view({ ResourceQuota: [quota('50Gi', '60Gi')] });
    expect(tenant).toMatchObject({
      status: 'error',
      limits: [{ usedRatio: 1.2, remaining: `${-10n * Gi}` }],
      headroom: { bytes: '0' },
      troubles: [{ code: 'overQuota', whoCanFix: 'tenant' }],
    });
  });

  it('with a quota of nothing has no ratio', () => {
    const tenant = view({ ResourceQuota: [quota('0', '0')] });
    expect(tenant.limits[0].usedRatio).toBeNull();
    expect(codes(tenant)).toEqual(['quotaFull']);
  });

  it.each([
    ['50Gi', '50Gi', 'warning', 'quotaFull'],
    ['50Gi', '46Gi', 'warning', 'quotaNearlyFull'],
    ['50Gi', '45Gi', 'ok', undefined],
  ])('of %s with %s used is %s: %s', (hard, used, status, code) => {
    const tenant = view({ ResourceQuota: [quota(hard, used)] });
    expect(tenant.status).toBe(status);
    expect(codes(tenant)[0]).toBe(code);
  });

  it('without quota is told so, which is no fault', () => {
    const tenant = view({
      TenantControlPlane: [{ name: 'prod', namespace: 'alpha' }],
      Deployment: [controller('prod')],
    });
    expect(tenant).toMatchObject({
      status: 'ok',
      quotaState: 'unlimited',
      limits: [],
      headroom: { state: 'unlimited', bytes: null },
      troubles: [{ code: 'noQuota', severity: 'info', whoCanFix: 'platform' }],
    });
  });

  it('is told once of a cause that several volumes have', () => {
    const pending = [1, 2, 3].map(number => ({
      name: `pvc-${uidOf(number)}`,
      namespace: 'alpha',
      phase: 'Pending',
      requested: 90n * Gi,
    }));
    const tenant = view({
      ResourceQuota: [quota('50Gi', '10Gi')],
      DataVolume: pending,
      Event: pending.map(({ name }) =>
        eventAbout('DataVolume', name, 'ErrExceededQuota', 'exceeded quota: x'),
      ),
    });
    expect(tenant).toMatchObject({
      status: 'error',
      volumes: { total: 3, error: 3 },
      troubles: [
        {
          code: 'quotaExceeded',
          title: expect.stringContaining('(3 volumes)'),
        },
      ],
    });
  });

  it('says what else counts against its quota, the largest first', () => {
    const { hiddenConsumers } = view(
      together(ALPHA, {
        PersistentVolumeClaim: [
          {
            name: `prime-${uidOf(101)}`,
            namespace: 'alpha',
            requested: 2n * Gi,
          },
          { name: 'root-1', namespace: 'alpha', requested: 20n * Gi },
          {
            name: 'local',
            namespace: 'alpha',
            requested: 99n * Gi,
            storageClass: 'local-path',
          },
        ],
        DataVolume: [{ name: 'root-1', namespace: 'alpha' }],
      }),
    );
    expect(hiddenConsumers).toMatchObject([
      { purpose: 'vmDisk', charged: `${20n * Gi}`, volumes: 1 },
      { purpose: 'populating', charged: `${2n * Gi}`, volumes: 1 },
    ]);
  });

  it('does not know what counts against its quota together with a claim whose size can not be read', () => {
    const { hiddenConsumers } = view(
      together(ALPHA, {
        PersistentVolumeClaim: [
          { name: 'root-1', namespace: 'alpha' },
          { name: 'root-2', namespace: 'alpha', requested: 20n * Gi },
          {
            name: `prime-${uidOf(101)}`,
            namespace: 'alpha',
            requested: 2n * Gi,
          },
        ],
        DataVolume: [
          { name: 'root-1', namespace: 'alpha' },
          { name: 'root-2', namespace: 'alpha' },
        ],
      }),
    );
    expect(hiddenConsumers).toMatchObject([
      { purpose: 'populating', charged: `${2n * Gi}`, volumes: 1 },
      { purpose: 'vmDisk', charged: null, volumes: 2 },
    ]);
  });

  it('counts volumes of other classes if a quota on all classes binds', () => {
    const { hiddenConsumers, charged } = view({
      ResourceQuota: [
        {
          name: 'all',
          namespace: 'alpha',
          hard: { 'requests.storage': '100Gi' },
          used: { 'requests.storage': '99Gi' },
        },
      ],
      PersistentVolumeClaim: [
        {
          name: 'local',
          namespace: 'alpha',
          requested: 99n * Gi,
          storageClass: 'local-path',
        },
      ],
    });
    expect(hiddenConsumers).toMatchObject([
      { purpose: 'other', charged: `${99n * Gi}` },
    ]);
    expect(charged).toBe('0');
  });
});

describe('a CSI controller', () => {
  const withDeployments = (...deployments: Content['Deployment'] & object) =>
    together(
      { ResourceQuota: [quota('50Gi', '0')], Deployment: deployments },
      {
        TenantControlPlane: [{ name: 'prod', namespace: 'alpha' }],
      },
    );
  const pod = (name: string, containers: object[]) => ({
    name,
    namespace: 'alpha',
    containers: containers.map(each => ({
      name: 'csi-driver',
      ready: true,
      restarts: 0,
      ...each,
    })),
  });

  it.each([
    ['ready', 'ok', undefined, 2, 2],
    ['degraded', 'warning', 'csiControllerDegraded', 1, 2],
    ['down', 'error', 'csiControllerDown', 0, 2],
    ['down', 'error', 'csiControllerDown', 0, 0],
  ])('is %s and its tenant %s (%#)', (state, status, code, ready, desired) => {
    const tenant = view(withDeployments(controller('prod', ready, desired)));
    expect(tenant.tenantClusters[0].csiController).toMatchObject({
      state,
      ready,
      desired,
    });
    expect(tenant.status).toBe(status);
    expect(codes(tenant)[0]).toBe(code);
  });

  it('that is not there is missing', () => {
    const tenant = view(withDeployments());
    expect(tenant.tenantClusters[0].csiController).toEqual({
      state: 'missing',
      name: null,
      ready: null,
      desired: null,
      containers: [],
    });
    expect(codes(tenant)).toEqual(['csiControllerMissing']);
  });

  it('that can not be seen is unknown, not missing', () => {
    const tenant = view(withDeployments(controller('prod')), {
      states: {
        Deployment: { state: 'notPermitted', since: NOW, message: 'no' },
      },
    });
    expect(tenant.tenantClusters[0].csiController.state).toBe('unknown');
    expect(codes(tenant)).toEqual([]);
  });

  it('names its container in trouble, and not those of another tenant cluster', () => {
    const tenant = view(
      together(
        withDeployments(controller('prod', 0), controller('prod-eu', 1), {
          ...controller('else', 0),
          namespace: 'beta',
        }),
        {
          Pod: [
            pod('kubevirt-csi-controller-prod-6d4f-abcde', [
              {},
              {
                name: 'csi-provisioner',
                ready: false,
                reason: 'CrashLoopBackOff',
                message: 'back-off 5m0s',
                restarts: 12,
              },
            ]),
            pod('kubevirt-csi-controller-prod-eu-77aa-fghij', [
              { ready: false, reason: 'ImagePullBackOff' },
            ]),
            {
              ...pod('kubevirt-csi-controller-prod-6d4f-gone', [
                { ready: false },
              ]),
              deletedAt: NOW,
            },
          ],
        },
      ),
    );
    const [prod, eu] = tenant.tenantClusters;
    expect(prod.csiController.containers).toEqual([
      {
        pod: 'kubevirt-csi-controller-prod-6d4f-abcde',
        container: 'csi-provisioner',
        reason: 'CrashLoopBackOff',
        message: 'back-off 5m0s',
        restarts: 12,
      },
    ]);
    expect(eu.csiController.containers).toMatchObject([
      { reason: 'ImagePullBackOff' },
    ]);
    expect(tenant.troubles[0].message).toContain(
      'The container csi-provisioner is in trouble: CrashLoopBackOff.',
    );
  });
});

describe('a tenant whose platform is in trouble', () => {
  const left = { ResourceQuota: [quota('50Gi', '0')] };
  const broken = (platform: Content) =>
    tenantView(
      inventoryOf(together({ ...HEALTHY_PLATFORM, ...platform }, left)),
      'alpha',
      OWNERS,
      NOW,
    );

  it.each([
    ['cdiDown', { CDI: [{ name: 'cdi', phase: 'Deploying' }] }],
    ['storageClassMissing', { StorageClass: [] }],
    ['profileNotPinned', { StorageProfile: [] }],
    [
      'profileNotPinned',
      { StorageProfile: [{ name: 'tenant-storage-class' }] },
    ],
  ] as Array<[string, Content]>)('is told of %s (%#)', (code, platform) => {
    const tenant = broken(platform);
    expect(tenant.status).toBe('error');
    expect(tenant.troubles[0]).toMatchObject({
      code,
      severity: 'error',
      whoCanFix: 'platform',
    });
  });
});

describe('a tenant whose platform may become trouble', () => {
  const withProfile = (mode: string, accessMode: string) =>
    view(
      { ResourceQuota: [quota('50Gi', '0')] },
      {},
      {
        ...DOUBLING_PLATFORM,
        StorageProfile: [
          {
            name: 'tenant-storage-class',
            effective: [
              { accessModes: [accessMode], volumeMode: mode },
              { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' },
            ],
          },
        ],
      },
    );

  it('is warned of a profile that lost its pin, where CDI then makes raw disks', () => {
    const tenant = withProfile('Block', 'ReadWriteMany');
    expect(tenant.status).toBe('warning');
    expect(tenant.troubles).toMatchObject([
      {
        severity: 'warning',
        code: 'profileNotPinned',
        whoCanFix: 'platform',
        remedy: expect.stringContaining('Block (ReadWriteMany)'),
        object: { kind: 'StorageProfile', name: 'tenant-storage-class' },
      },
    ]);
  });

  it('is not bothered with a profile that nobody pinned, where CDI makes file systems', () => {
    expect(withProfile('Filesystem', 'ReadWriteMany').troubles).toEqual([]);
  });

  const noCdi = { state: 'notInstalled' as const, since: NOW, message: '' };
  const without = {
    states: { CDI: noCdi, CDIConfig: noCdi, DataVolume: noCdi },
  };

  it('is told that CDI is not there, which is no failure if nothing needs it', () => {
    const tenant = view({ ResourceQuota: [quota('50Gi', '0')] }, without);
    expect(tenant.status).toBe('ok');
    expect(tenant.errors).toEqual([]);
    expect(tenant.troubles).toMatchObject([
      { severity: 'info', code: 'cdiNotInstalled' },
    ]);
  });

  it('is in trouble without CDI if it has a CSI controller, which needs CDI', () => {
    const tenant = view(
      {
        ResourceQuota: [quota('50Gi', '0')],
        Deployment: [
          { name: 'kubevirt-csi-controller-prod', namespace: 'alpha' },
        ],
      },
      without,
    );
    expect(tenant.status).toBe('error');
    expect(codes(tenant)).toContain('cdiDown');
  });
});

describe('a tenant of which not everything is known', () => {
  it('has nulls and words instead of zeros if nothing has been read yet', () => {
    const tenant = view(ALPHA, {
      states: allStates({ state: 'syncing', since: NOW }),
    });
    expect(tenant).toMatchObject({
      status: 'unknown',
      quotaState: 'unknown',
      limits: [],
      headroom: { state: 'unknown', bytes: null, inFlight: null },
      charged: null,
      volumes: null,
      storageClass: { state: 'unknown', profile: { state: 'unknown' } },
      cdi: { state: 'unknown' },
      freshness: { state: 'syncing' },
    });
    expect(codes(tenant)).toEqual(['notReadYet']);
    expect(tenant.errors).toHaveLength(TENANT_KINDS.length);
  });

  it('keeps what was known while the under cluster is away, and says since when', () => {
    const tenant = view(ALPHA, {
      states: allStates({
        state: 'stale',
        since: NOW - 3600_000,
        message: 'connect ECONNREFUSED 10.0.0.1:6443',
      }),
      problems: [
        {
          message: 'connect ECONNREFUSED 10.0.0.1:6443',
          since: NOW - 3600_000,
        },
      ],
    });
    expect(tenant).toMatchObject({
      status: 'warning',
      charged: `${6n * Gi}`,
      headroom: { state: 'known' },
      freshness: { state: 'stale', since: '2026-06-01T11:00:00.000Z' },
      errors: [{ kind: null }],
      troubles: [
        {
          code: 'stale',
          since: '2026-06-01T11:00:00.000Z',
          message: expect.not.stringMatching(/T\d\d:/),
        },
      ],
    });
    expect(JSON.stringify(tenant)).not.toContain('10.0.0.1');
  });

  it('has no counts if claims are forbidden, and says what that hides', () => {
    const tenant = view(ALPHA, {
      states: {
        PersistentVolumeClaim: {
          state: 'notPermitted',
          since: NOW,
          message: 'forbidden',
        },
      },
    });
    expect(tenant).toMatchObject({
      status: 'unknown',
      charged: null,
      volumes: null,
      limits: [{ used: `${10n * Gi}` }],
      tenantClusters: [{ charged: null }, { charged: null }],
      headroom: { state: 'unknown' },
      errors: [
        {
          kind: 'PersistentVolumeClaim',
          message: expect.stringContaining('the volumes and what they are'),
        },
      ],
    });
  });

  it('is not called well if DataVolumes are forbidden, for some may fail', () => {
    const tenant = view(ALPHA, {
      states: {
        DataVolume: { state: 'notPermitted', since: NOW, message: 'forbidden' },
      },
    });
    expect(tenant.status).toBe('unknown');
    expect(tenant.troubles).toMatchObject([
      {
        code: 'notVisible',
        message: expect.stringContaining('being created'),
      },
    ]);
  });

  it('has no sum if the size of one claim is not known', () => {
    const tenant = view(
      together(ALPHA, {
        PersistentVolumeClaim: [{ name: 'odd', namespace: 'alpha' }],
      }),
    );
    expect(tenant.charged).toBeNull();
  });

  it('has a use that is not known until it is counted', () => {
    const tenant = view({ ResourceQuota: [quota('50Gi', undefined)] });
    expect(tenant.limits[0]).toMatchObject({
      used: null,
      remaining: null,
      usedRatio: null,
    });
    expect(
      tenantSummary(
        inventoryOf({ ResourceQuota: [quota('50Gi', undefined)] }),
        'alpha',
        [],
        NOW,
      ),
    ).toMatchObject({ used: null, hard: `${50n * Gi}`, usedRatio: null });
  });
});

describe('what a tenant is told', () => {
  it('names nothing of another tenant', () => {
    const foreign = together({
      ResourceQuota: [
        { ...quota('7777Gi', '7776Gi', 'foreign'), namespace: 'foreign-ns' },
      ],
      TenantControlPlane: [
        { name: 'foreign-cluster', namespace: 'foreign-ns' },
      ],
      Deployment: [
        {
          ...controller('foreign-cluster', 0),
          namespace: 'foreign-ns',
        },
      ],
      PersistentVolumeClaim: [
        { name: 'foreign-claim', namespace: 'foreign-ns', phase: 'Lost' },
      ],
      VirtualMachineInstance: [
        {
          name: 'foreign-vm',
          namespace: 'foreign-ns',
          volumes: [
            {
              name: 'x',
              claim: `pvc-${uidOf(1)}`,
              hotplugged: true,
              phase: 'Ready',
            },
          ],
        },
      ],
    });
    const alone = view(ALPHA);
    const among = view(together(ALPHA, foreign));
    expect(JSON.stringify(among)).not.toContain('foreign');
    expect(among).toEqual(alone);
  });
});

describe('the summary of a tenant', () => {
  it('is about the storage quota with the least headroom', () => {
    const cluster = inventoryOf(
      together(HEALTHY_PLATFORM, ALPHA, {
        ResourceQuota: [
          {
            name: 'all',
            namespace: 'alpha',
            hard: { 'requests.storage': '12Gi', persistentvolumeclaims: '100' },
            used: { 'requests.storage': '10Gi', persistentvolumeclaims: '3' },
          },
        ],
      }),
    );
    expect(tenantSummary(cluster, 'alpha', OWNERS, NOW)).toMatchObject({
      underClusterTitle: 'Munich 1',
      underCluster: 'muc-1',
      name: 'alpha',
      owners: OWNERS,
      status: 'ok',
      quotaState: 'limited',
      used: `${10n * Gi}`,
      hard: `${12n * Gi}`,
      usedRatio: 10 / 12,
      volumes: { total: 3 },
      worstTrouble: null,
    });
  });

  it('is the sum charged if there is no quota', () => {
    const cluster = inventoryOf(together(HEALTHY_PLATFORM, volume(1)));
    expect(tenantSummary(cluster, 'alpha', [], NOW)).toMatchObject({
      used: `${2n * Gi}`,
      hard: null,
      usedRatio: null,
      worstTrouble: { code: 'noQuota' },
    });
  });

  it('has the worst trouble, a volume’s too', () => {
    const cluster = inventoryOf(
      together(HEALTHY_PLATFORM, {
        ResourceQuota: [quota('50Gi', '50Gi')],
        PersistentVolumeClaim: [
          { name: 'gone', namespace: 'alpha', phase: 'Lost' },
        ],
      }),
    );
    expect(tenantSummary(cluster, 'alpha', [], NOW).worstTrouble).toMatchObject(
      { code: 'claimLost' },
    );
  });
});

describe('the list of tenants', () => {
  const summaries = [
    ['one', '10Gi', '5Gi'],
    ['two', '10Gi', '12Gi'],
    ['three', '10Gi', undefined],
    ['four', undefined, undefined],
  ].map(([name, hard, used]) =>
    tenantSummary(
      inventoryOf(
        together(HEALTHY_PLATFORM, {
          ResourceQuota: hard
            ? [{ ...quota(hard, used), namespace: name }]
            : [],
        }),
        { settings: { name: name === 'one' ? 'fra-2' : 'muc-1' } },
      ),
      name!,
      [`group:default/team-${name}`],
      NOW,
    ),
  );
  const names = (query: Partial<Parameters<typeof tenantPage>[1]>) =>
    tenantPage(summaries, { sort: 'name', limit: 50, ...query }).items.map(
      ({ name }) => name,
    );

  it.each([
    ['name', ['four', 'one', 'three', 'two']],
    ['-name', ['two', 'three', 'one', 'four']],
    ['used', ['four', 'one', 'two', 'three']],
    ['-usedRatio', ['two', 'one', 'four', 'three']],
    ['headroom', ['two', 'one', 'four', 'three']],
    ['-headroom', ['four', 'one', 'two', 'three']],
    ['-status', ['two', 'four', 'one', 'three']],
  ])('is sorted by %s', (sort, expected) => {
    expect(names({ sort })).toEqual(expected);
  });

  it('is searched and filtered', () => {
    expect(names({ search: 'FRA' })).toEqual(['one']);
    expect(names({ search: 'o' })).toEqual(['four', 'one', 'two']);
    expect(names({ underCluster: 'fra-2' })).toEqual(['one']);
    expect(names({ owner: 'group:default/team-two' })).toEqual(['two']);
    expect(names({ status: ['error'] })).toEqual(['two']);
  });
});

describe('an under cluster', () => {
  it('tells the platform how it is, in the API server’s words', () => {
    const cluster = inventoryOf(together(HEALTHY_PLATFORM, ALPHA), {
      states: {
        Pod: {
          state: 'notPermitted',
          since: NOW,
          message: 'pods is forbidden',
        },
      },
    });
    expect(underClusterView(cluster, NOW)).toMatchObject({
      name: 'muc-1',
      title: 'Munich 1',
      tenants: 2,
      storageClass: { state: 'present' },
      cdi: { state: 'deployed' },
      freshness: { state: 'partial' },
      errors: [
        { kind: 'Pod', message: expect.stringContaining('pods is forbidden') },
      ],
    });
  });
});
