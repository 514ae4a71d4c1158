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
  quota,
  together,
  uidOf,
} from '../views/inventoryOf.testing';
import { tenantView } from '../views/tenant';
import { volumeDetail } from '../views/volume';
import { minutesToNextTry } from './settledRefusal';

const MINUTE = 60_000;
const NAME = `pvc-${uidOf(1)}`;
const PRIME = `prime-${uidOf(101)}`;
const OF_CLASS = 'tenant-storage-class.storageclass.storage.k8s.io/';
const KEY = `${OF_CLASS}requests.storage`;
/** What 10 GiB are charged. */
const CHARGED = 11381663335n;

function refusal(
  requested: string = `${KEY}=${CHARGED}`,
  claimName: string = NAME,
): string {
  const others = requested.replace(/=[^,]*/g, '=1');
  return `persistentvolumeclaims "${claimName}" is forbidden: exceeded quota: alpha-storage, requested: ${requested}, used: ${others}, limited: ${others}`;
}

/** The DataVolume that was refused five minutes ago, as CDI leaves it, and the event. */
function refused(
  message: string = refusal(),
  more: Partial<RecordsByKind['DataVolume']> = {},
): Content {
  return {
    DataVolume: [
      {
        name: NAME,
        namespace: 'alpha',
        phase: 'Pending',
        requested: 10n * Gi,
        createdAt: NOW - 5 * MINUTE,
        conditions: [
          {
            type: 'Bound',
            status: 'Unknown',
            reason: 'ErrExceededQuota',
            message,
          },
          { type: 'Ready', status: 'False', reason: 'ErrExceededQuota' },
        ],
        ...more,
      },
    ],
    Event: [eventAbout('DataVolume', NAME, 'ErrExceededQuota', message)],
  };
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
        requested: CHARGED,
        createdAt: NOW - 3 * MINUTE,
        ...more,
      },
    ],
  };
}

function look(
  content: Content,
  platform: Content = HEALTHY_PLATFORM,
  options?: Parameters<typeof inventoryOf>[1],
) {
  const cluster = inventoryOf(together(platform, content), options);
  const { volume } = volumeDetail(cluster, 'alpha', NAME, NOW)!;
  const tenant = tenantView(cluster, 'alpha', [], NOW);
  const codes = (troubles: Trouble[]) => troubles.map(({ code }) => code);
  return {
    volume,
    tenant,
    ofVolume: codes(volume.troubles),
    ofTenant: codes(tenant.troubles),
  };
}

const quotas = (...given: Array<ReturnType<typeof quota>>): Content => ({
  ResourceQuota: given,
});

/** A quota of several keys, `hard` and `used` of each. */
function limits(
  entries: Record<string, [hard: string, used: string | undefined]>,
  name = 'alpha-storage',
): ReturnType<typeof quota> {
  const pick = (index: 0 | 1) =>
    Object.fromEntries(
      Object.entries(entries).flatMap(([key, pair]) =>
        pair[index] === undefined ? [] : [[key, `${pair[index]}`]],
      ),
    );
  return { ...quota('0', '0', name), hard: pick(0), used: pick(1) };
}

describe('a volume that a quota refused', () => {
  const fits: Array<[what: string, content: Content, platform?: Content]> = [
    [
      'to the byte',
      together(
        refused(),
        quotas(quota(`${44046147915n + CHARGED}`, '44046147915')),
      ),
    ],
    [
      'because something was deleted',
      together(refused(), quotas(quota('50Gi', '10Gi'))),
    ],
    ['because no quota limits it any more', refused()],
    [
      'in every limit that was named',
      together(
        refused(
          refusal(`persistentvolumeclaims=1,requests.storage=${CHARGED}`),
        ),
        quotas(
          limits({
            persistentvolumeclaims: ['11', '10'],
            'requests.storage': ['50Gi', '1Gi'],
          }),
        ),
      ),
    ],
    [
      'whatever is full for another class',
      together(
        refused(),
        quotas(
          quota('80Gi', '41Gi'),
          limits({
            'other.storageclass.storage.k8s.io/requests.storage': ['1', '1'],
            'limits.cpu': ['1', '1'],
          }),
        ),
      ),
    ],
    [
      'whatever is full for what is not a claim of it',
      together(
        refused(),
        quotas({ ...quota('1Gi', '1Gi', 'terminating'), scoped: true }),
      ),
    ],
    [
      'twice, where creating takes the size twice',
      together(refused(), quotas(quota('65Gi', '41Gi'))),
      DOUBLING_PLATFORM,
    ],
  ];

  it.each(fits)(
    'is being worked on once there is room, %s',
    (_, ...[content, platform]) => {
      const { volume, tenant, ofVolume } = look(content, platform);
      expect(ofVolume).toEqual(['quotaHasRoomAgain']);
      expect(volume).toMatchObject({
        state: 'working',
        troubles: [{ severity: 'info', whoCanFix: 'nobody', quote: null }],
      });
      expect(volume.troubles[0].message).toBe(
        'When it was tried last, there was none. The volume is made by itself at the next try, which comes within 6 minutes.',
      );
      expect(tenant.status).toBe('ok');
      expect(tenant.volumes).toMatchObject({ error: 0, working: 1 });
    },
  );

  const stands: Array<
    [
      what: string,
      content: Content,
      platform?: Content,
      options?: Parameters<typeof inventoryOf>[1],
    ]
  > = [
    [
      'a byte is missing',
      together(
        refused(),
        quotas(quota(`${44046147914n + CHARGED}`, '44046147915')),
      ),
    ],
    [
      'only one of the limits that were named has room',
      together(
        refused(
          refusal(`persistentvolumeclaims=1,requests.storage=${CHARGED}`),
        ),
        quotas(
          limits({
            persistentvolumeclaims: ['10', '10'],
            'requests.storage': ['50Gi', '1Gi'],
          }),
        ),
      ),
    ],
    [
      'another quota is in its way by now',
      together(
        refused(),
        quotas(
          quota('80Gi', '41Gi'),
          limits({ 'requests.storage': ['45Gi', '41Gi'] }, 'all-classes'),
        ),
      ),
    ],
    [
      'another limit, of the number of volumes, is in its way by now',
      together(
        refused(),
        quotas(
          quota('80Gi', '41Gi'),
          limits({ [`${OF_CLASS}persistentvolumeclaims`]: ['3', '3'] }, 'few'),
        ),
      ),
    ],
    [
      'there is room once, where creating takes the size twice',
      together(refused(), quotas(quota('53Gi', '41Gi'))),
      DOUBLING_PLATFORM,
    ],
    [
      'there is room once, and it can not be seen whether creating takes the size twice',
      together(refused(), quotas(quota('53Gi', '41Gi'))),
      DOUBLING_PLATFORM,
      {
        states: {
          CSIDriver: { state: 'notPermitted', since: NOW, message: 'no' },
        },
      },
    ],
    [
      'what is used has not been counted',
      together(refused(), quotas(quota('80Gi', undefined))),
    ],
    [
      'the limit can not be read',
      together(refused(), quotas(quota('much', '1Gi'))),
    ],
    [
      'the quotas can not be seen',
      together(refused(), quotas(quota('80Gi', '41Gi'))),
      HEALTHY_PLATFORM,
      {
        states: {
          ResourceQuota: { state: 'notPermitted', since: NOW, message: 'no' },
        },
      },
    ],
    [
      'the refusal does not tell of how much',
      together(
        refused('exceeded quota: alpha-storage'),
        quotas(quota('80Gi', '1Gi')),
      ),
    ],
  ];

  it.each(stands)(
    'stays refused if %s',
    (_, ...[content, platform, options]) => {
      const { volume, tenant, ofVolume } = look(content, platform, options);
      expect(ofVolume).toEqual(['quotaExceeded']);
      expect(volume.state).toBe('error');
      expect(tenant.status).toBe('error');
    },
  );

  it('is told to wait for the import service if that does not run', () => {
    const { volume } = look(
      together(refused(), quotas(quota('80Gi', '41Gi'))),
      { ...HEALTHY_PLATFORM, CDI: [{ name: 'cdi', phase: 'Error' }] },
    );
    expect(volume.troubles).toMatchObject([
      {
        code: 'quotaHasRoomAgain',
        severity: 'info',
        message: expect.stringContaining('once the import service (CDI) runs'),
        whoCanFix: 'platform',
      },
    ]);
  });

  it('is no longer refused when its claim is there, whatever CDI still says', () => {
    const content = together(
      refused(refusal(), { phase: 'ImportScheduled' }),
      claim({ selectedNode: 'w1' }),
      quotas(quota('55427811250', '55427811250')),
    );
    expect(look(content)).toMatchObject({
      ofVolume: [],
      volume: { state: 'working' },
    });
  });

  it('waits for its first pod when its claim is there', () => {
    const content = together(
      refused(refusal(), { phase: 'WaitForFirstConsumer' }),
      claim(),
      quotas(quota('55427811250', '55427811250')),
    );
    expect(look(content)).toMatchObject({
      ofVolume: ['waitingForConsumer'],
      volume: { state: 'waiting' },
    });
  });

  it('keeps what else is wrong with it', () => {
    const content = together(refused(), quotas(quota('80Gi', '41Gi')), {
      Event: [eventAbout('DataVolume', NAME, 'ErrClaimNotValid', 'no mode')],
    });
    expect(look(content)).toMatchObject({
      ofVolume: ['claimNotValid', 'quotaHasRoomAgain'],
      volume: { state: 'error' },
    });
  });
});

describe('a volume whose second claim a quota refused', () => {
  const content = (hard: string) =>
    together(
      refused(`target PVC ${NAME} Pending and ${refusal(undefined, PRIME)}`, {
        phase: 'ImportScheduled',
      }),
      claim({ selectedNode: 'w1' }),
      quotas(quota(hard, '45Gi')),
    );

  it('is finished by itself once there is room for the second one', () => {
    const { volume, ofVolume } = look(content('56Gi'), DOUBLING_PLATFORM);
    expect(ofVolume).toEqual(['quotaHasRoomAgain']);
    expect(volume).toMatchObject({
      state: 'working',
      troubles: [
        {
          title: 'The quota now has room to fill this volume',
          message: expect.stringContaining('within 4 minutes'),
        },
      ],
    });
  });

  it('stays refused while there is not', () => {
    expect(look(content('55Gi'), DOUBLING_PLATFORM)).toMatchObject({
      ofVolume: ['helperExceedsQuota'],
      volume: { state: 'error' },
    });
  });

  it('is no longer refused when the second one is there', () => {
    const { ofVolume } = look(
      together(content('56Gi'), {
        PersistentVolumeClaim: [
          { name: PRIME, namespace: 'alpha', requested: CHARGED },
        ],
      }),
      DOUBLING_PLATFORM,
    );
    expect(ofVolume).toEqual([]);
  });
});

describe('a tenant whose volume fits since', () => {
  it('is not told to ask for more when that volume takes all that is left', () => {
    const { tenant } = look(
      together(refused(), quotas(quota('55427811250', '44046147915'))),
    );
    expect(tenant).toMatchObject({
      status: 'ok',
      headroom: { bytes: '0' },
      troubles: [
        { code: 'quotaPromised', severity: 'info', whoCanFix: 'nobody' },
      ],
    });
    expect(tenant.troubles[0].remedy).toMatch(/^Nothing to do/);
    expect(tenant.troubles[0].message).toContain(
      'volumes being created may take the rest',
    );
  });

  it('is not told to ask for more when that volume is the last of so many', () => {
    const { ofTenant } = look(
      together(
        refused(refusal('persistentvolumeclaims=1')),
        quotas(limits({ persistentvolumeclaims: ['11', '10'] })),
      ),
    );
    expect(ofTenant).toEqual(['quotaPromised']);
  });

  it('is told that the quota is full once the volume has taken it', () => {
    const { tenant } = look(
      together(
        refused(refusal(), { phase: 'Succeeded', conditions: [] }),
        claim({ phase: 'Bound' }),
        quotas(quota('55427811250', '55427811250')),
      ),
    );
    expect(tenant.troubles).toMatchObject([
      { code: 'quotaFull', severity: 'warning' },
    ]);
  });
});

it.each([
  [0, 1],
  [59_999, 1],
  [5 * MINUTE, 6],
  [16 * MINUTE, 17],
  [3 * 24 * 60 * MINUTE, 17],
  [-MINUTE, 1],
])(
  'a claim refused for %d ms is tried again within %d minutes',
  (ms, minutes) => {
    expect(minutesToNextTry(NOW - ms, NOW)).toBe(minutes);
  },
);
