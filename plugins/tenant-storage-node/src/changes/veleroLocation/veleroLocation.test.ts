import type { FactsOfTest } from '../facts.testing';
import {
  CLASS,
  fleet,
  gateOf,
  LOCAL,
  LONGHORN,
  missingOf,
  planned,
} from '../storageChange.test.plan';
import { veleroLocation } from './veleroLocation';

const GIT = `apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata:
  name: default
  namespace: velero
spec:
  provider: aws
  default: true
  accessMode: ReadWrite
  objectStorage:
    bucket: old
    prefix: muc-1
  credential:
    name: velero
    key: cloud
  config:
    region: eu-central-1
    profile: backup
`;

const asked = {
  name: 'minio',
  bucket: 'velero',
  region: 'minio',
  s3Url: 'https://minio.example.com',
  s3ForcePathStyle: true,
  confirmNoTenantData: true,
};
const same = {
  name: 'default',
  bucket: 'old',
  prefix: 'muc-1',
  region: 'eu-central-1',
  credentialName: 'velero',
  credentialKey: 'cloud',
  confirmNoTenantData: true,
};

function plan(
  input: Record<string, unknown>,
  facts: FactsOfTest = {},
  texts: Record<string, string> = {},
) {
  return planned(veleroLocation, input, facts, [fleet(texts)]);
}

function refused(...args: Parameters<typeof plan>) {
  return plan(...args).refusals.map(({ code, field, message }) => ({
    code,
    field,
    message,
  }));
}

function warned(...args: Parameters<typeof plan>) {
  return plan(...args).warnings.map(({ code }) => code);
}

const inGit = { 'velero.yaml': GIT };
const onLonghorn: FactsOfTest = {
  storageClasses: [{ name: CLASS, provisioner: LONGHORN }],
};

describe('a location that protects nothing', () => {
  it('is refused where tenants are on local-path, with what serves them', () => {
    expect(refused({ ...asked, confirmNoTenantData: undefined })).toEqual([
      {
        code: 'noProtection',
        field: 'confirmNoTenantData',
        message: expect.stringContaining(
          `${CLASS} is served by ${LOCAL}, which is no CSI driver`,
        ),
      },
    ]);
  });

  it('says so even once that is confirmed', () => {
    expect(warned(asked)).toContain('noTenantData');
  });

  it('is none where snapshots are taken', () => {
    const facts = {
      ...onLonghorn,
      snapshotClasses: [{ name: 'longhorn', driver: LONGHORN }],
    };
    expect(warned({ ...asked, confirmNoTenantData: undefined }, facts)).toEqual(
      [],
    );
  });

  it('is told of where volumes are left from before a swap', () => {
    const facts = {
      ...onLonghorn,
      volumes: [{ storageClass: CLASS, provisionedBy: LOCAL, count: 7 }],
    };
    expect(plan(asked, facts).warnings).toContainEqual({
      code: 'oldVolumesUnprotected',
      message: expect.stringMatching(/^7 volumes of tenant-storage-class/),
    });
  });

  it('is not denied where volumes can’t be seen, which may be from before a swap', () => {
    const facts: FactsOfTest = {
      ...onLonghorn,
      snapshotClasses: [{ name: 'longhorn', driver: LONGHORN }],
      volumes: 'unknown',
    };
    expect(warned(asked, facts)).toEqual(['oldVolumesUnknown']);
  });

  it.each<[string, FactsOfTest]>([
    ['classes', { storageClasses: 'unknown' }],
    ['drivers', { csiDrivers: 'unknown' }],
    ['snapshot classes', { ...onLonghorn, snapshotClasses: 'unknown' }],
    [
      'what the class is served by',
      { storageClasses: [{ name: CLASS, provisioner: 'vendor.example.com' }] },
    ],
  ])('is neither said nor denied if nobody knows %s', (_, facts) => {
    expect(warned({ ...asked, confirmNoTenantData: undefined }, facts)).toEqual(
      ['protectionUnknown'],
    );
  });
});

describe('the default', () => {
  it('moves in one change: there are never two', () => {
    const { diff } = plan({ ...asked, default: true }, {}, inGit);
    expect(diff).toContain('-  default: true\n+  default: false\n');
    expect(diff).toContain('+  default: true\n');
  });

  it('moves also where Velero alone has set it, on a location that Git says nothing of it for', () => {
    const texts = { 'velero.yaml': GIT.replace('  default: true\n', '') };
    const facts = { backupLocations: [{ name: 'default', default: true }] };
    const { diff, impact } = plan({ ...asked, default: true }, facts, texts);
    expect(diff).toContain('+  default: false\n');
    expect(impact[1]).toMatchObject({ before: 'default', after: 'minio' });
    expect(
      refused(
        { ...same, default: false },
        { ...facts, backupSchedules: [{ name: 'nightly' }] },
        texts,
      ),
    ).toMatchObject([{ code: 'inUse', field: 'default' }]);
  });

  it('does not move twice at once: each request would leave the default of the other', () => {
    const facts = (merged: boolean, namespace?: string): FactsOfTest => ({
      openChanges: [
        {
          change: 'velero-location',
          object: 'frankfurt',
          state: 'opened',
          merged,
          input: { name: 'frankfurt', default: true, namespace },
        },
      ],
    });
    const input = { ...asked, default: true };
    expect(refused(input, facts(false), inGit)).toEqual([
      {
        code: 'defaultTaken',
        field: 'default',
        message: expect.stringContaining('frankfurt'),
      },
    ]);
    expect(refused(asked, facts(false), inGit)).toEqual([]);
    expect(refused(input, facts(true), inGit)).toEqual([]);
    expect(refused(input, facts(false, 'other'), inGit)).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['Flux', { 'helm.toolkit.fluxcd.io/name': 'velero' }],
    [
      'Helm alone',
      {
        'app.kubernetes.io/managed-by': 'Helm',
        'app.kubernetes.io/instance': 'velero',
      },
    ],
  ])(
    'is refused if the one there is in no repository, with who makes it, as %s says',
    (_, labels) => {
      const facts: FactsOfTest = {
        backupLocations: [{ name: 'aws', default: true, labels }],
      };
      expect(refused({ ...asked, default: true }, facts)).toEqual([
        {
          code: 'ownedElsewhere',
          field: 'default',
          message: expect.stringContaining('the Helm release velero'),
        },
      ]);
    },
  );

  it('does not move between two repositories, which no pull request changes at once', () => {
    const { refusals, files } = planned(
      veleroLocation,
      { ...asked, default: true },
      {},
      [
        fleet({}, { repository: 'platform/fleet' }),
        fleet(inGit, { repository: 'platform/backups', newFiles: undefined }),
      ],
    );
    expect(files).toEqual([]);
    expect(refusals).toMatchObject([
      {
        code: 'severalRepositories',
        message: expect.stringMatching(/platform\/fleet.*platform\/backups/),
      },
    ]);
  });

  it('is not given up while schedules go to it', () => {
    const facts: FactsOfTest = { backupSchedules: [{ name: 'nightly' }] };
    expect(refused({ ...same, default: false }, facts, inGit)).toEqual([
      {
        code: 'inUse',
        field: 'default',
        message: expect.stringContaining('nightly'),
      },
    ]);
    expect(warned({ ...same, default: false }, {}, inGit)).toContain(
      'noDefault',
    );
    expect(
      warned(
        { ...same, default: false },
        { backupSchedules: 'unknown' },
        inGit,
      ),
    ).toContain('schedulesUnknown');
  });
});

describe('a location that is there', () => {
  it('is left alone where it is just that', () => {
    expect(plan(same, {}, inGit)).toMatchObject({
      changed: false,
      refusals: [],
    });
  });

  it('loses what is not asked for, which is said; what the form does not know stays', () => {
    const { name, bucket, prefix, confirmNoTenantData } = same;
    const result = plan(
      { name, bucket, prefix, confirmNoTenantData },
      {},
      inGit,
    );
    expect(result.warnings).toContainEqual({
      code: 'takenOut',
      message: expect.stringContaining('credential, config.region'),
    });
    expect(result.files[0].content).toContain('config:\n    profile: backup\n');
  });

  it.each([
    ['bucket', { bucket: 'new-one' }],
    ['prefix', { prefix: 'muc-2' }],
    ['s3Url', { s3Url: 'https://s3.example.com' }],
  ])('does not move to another %s while backups are in it', (field, more) => {
    const facts: FactsOfTest = {
      backups: [{ name: 'nightly-1' }],
      restores: [{ name: 'r', backup: 'nightly-1', phase: 'InProgress' }],
    };
    expect(refused({ ...same, ...more }, facts, inGit)).toEqual([
      {
        code: 'inUse',
        field,
        message: expect.stringMatching(
          /^1 backups .* nightly-1\. Restores are under way: r\.$/,
        ),
      },
    ]);
    expect(
      refused({ ...same, ...more, confirmMoved: true }, facts, inGit),
    ).toEqual([]);
    expect(
      warned({ ...same, ...more }, { backups: 'unknown' }, inGit),
    ).toContain('backupsUnknown');
  });

  it('does not become read-only while schedules write to it', () => {
    const input = { ...same, accessMode: 'ReadOnly' };
    const facts: FactsOfTest = {
      backupSchedules: [{ name: 'nightly', storageLocation: 'default' }],
    };
    expect(refused(input, facts, inGit)).toEqual([
      {
        code: 'inUse',
        field: 'accessMode',
        message: expect.stringContaining('nightly'),
      },
    ]);
    expect(refused({ ...input, confirmReadOnly: true }, facts, inGit)).toEqual(
      [],
    );
    expect(warned(input, { backupSchedules: 'unknown' }, inGit)).toContain(
      'schedulesUnknown',
    );
  });

  it('keeps the name of its provider, and is not taken for one of S3 if it is another’s', () => {
    const of = (provider: string) => ({
      'velero.yaml': GIT.replace('provider: aws', `provider: ${provider}`),
    });
    expect(plan(same, {}, of('velero.io/aws'))).toMatchObject({
      changed: false,
      refusals: [],
    });
    expect(refused(same, {}, of('azure'))).toEqual([
      {
        code: 'notSupported',
        field: 'name',
        message: expect.stringContaining('azure'),
      },
    ]);
  });

  it('has no second owner', () => {
    expect(
      refused(asked, { backupLocations: [{ name: 'minio' }] }),
    ).toMatchObject([{ code: 'ownedElsewhere', field: 'name' }]);
  });
});

describe('a VolumeSnapshotLocation', () => {
  it.each<[string, Record<string, unknown>, FactsOfTest, string]>([
    ['not for MinIO', asked, {}, 'notSupported'],
    ['not without EBS volumes', { ...asked, s3Url: '' }, {}, 'notSupported'],
    [
      'not if nobody can say',
      { ...asked, s3Url: '' },
      { storageClasses: 'unknown' },
      'factUnknown',
    ],
    [
      'not if one is there without Git',
      { ...asked, s3Url: '' },
      {
        storageClasses: [{ name: 'ebs', provisioner: 'ebs.csi.aws.com' }],
        snapshotLocations: [{ name: 'minio' }],
      },
      'ownedElsewhere',
    ],
  ])('is made %s', (_, input, facts, code) => {
    expect(
      refused({ ...input, volumeSnapshotLocation: true }, facts),
    ).toMatchObject([{ code, field: 'volumeSnapshotLocation' }]);
  });

  it('is made for Amazon EBS, with its region, without which Velero refuses it', () => {
    const facts = {
      storageClasses: [{ name: 'ebs', provisioner: 'ebs.csi.aws.com' }],
    };
    const input = { ...asked, s3Url: '', volumeSnapshotLocation: true };
    expect(plan(input, facts).diff).toContain('+kind: VolumeSnapshotLocation');
    expect(refused({ ...input, region: '' }, facts)).toMatchObject([
      { code: 'inputInvalid', field: 'region' },
    ]);
  });
});

describe('a server that is not Amazon’s', () => {
  it.each([
    ['https://minio.example.com:9000', ['bucketInHostName']],
    ['https://s3.eu-central-1.amazonaws.com', []],
    ['https://192.0.2.7:9000', []],
  ])(
    'is asked by the name of the bucket, which is told: %s',
    (s3Url, codes) => {
      const input = { ...asked, s3Url, s3ForcePathStyle: false };
      const told = plan(input).warnings.filter(
        ({ code }) => code === 'bucketInHostName',
      );
      expect(told.map(({ code }) => code)).toEqual(codes);
      expect(told.map(({ message }) => message)).toEqual(
        codes.map(() => expect.stringContaining('velero.minio.example.com')),
      );
    },
  );
});

describe('an address that can be listened to', () => {
  it.each([
    { s3Url: 'http://minio:9000' },
    { publicUrl: 'http://minio.example.com' },
    { insecureSkipTLSVerify: true },
  ])('has to be confirmed: %j', more => {
    expect(refused({ ...asked, ...more })).toMatchObject([
      { code: 'confirmationMissing', field: 'confirmInsecure' },
    ]);
    expect(refused({ ...asked, ...more, confirmInsecure: true })).toEqual([]);
  });
});

it.each<[string, Record<string, unknown>, string]>([
  ['a Secret without its key', { credentialName: 'velero' }, 'credentialKey'],
  ['the key of no Secret', { credentialKey: 'cloud' }, 'credentialName'],
  ['no bucket', { bucket: '' }, 'bucket'],
  ['a bucket that S3 has not', { bucket: 'Backups' }, 'bucket'],
  ['a bucket of two characters', { bucket: 'ab' }, 'bucket'],
  ['a server without its region', { region: '' }, 'region'],
  [
    'a second address without the first',
    { s3Url: '', publicUrl: 'https://s3.example.com' },
    'publicUrl',
  ],
  ['a key of KMS that nothing uses', { kmsKeyId: 'alias/x' }, 'kmsKeyId'],
])('is refused with %s', (_, more, field) => {
  expect(refused({ ...asked, ...more })).toMatchObject([
    { code: 'inputInvalid', field },
  ]);
});

it('has no checksums for a server that refuses them: an empty text, as Velero wants it', () => {
  expect(plan({ ...asked, checksumAlgorithm: 'none' }).diff).toContain(
    '+    checksumAlgorithm: ""\n',
  );
});

it('is refused without Velero, and says if it can’t be seen', () => {
  expect(refused(asked, { backupLocations: 'notInstalled' })).toMatchObject([
    { code: 'notInstalled' },
  ]);
  expect(warned(asked, { backupLocations: 'unknown' })).toContain(
    'locationsUnknown',
  );
});

it.each<[string, FactsOfTest]>([
  ['passed', {}],
  ['failed', { namespaces: [] }],
  ['unknown', { namespaces: 'unknown' }],
])('has a gate for the namespace of Velero: %s', (state, facts) => {
  expect(gateOf(veleroLocation, asked, facts)).toEqual([
    { id: 'namespaceThere', state },
  ]);
});

describe('its arrival', () => {
  const there = { name: 'minio', bucket: 'velero', default: false };
  it.each<[FactsOfTest['backupLocations'], string | null]>([
    ['unknown', null],
    [[], 'The location velero/minio is not there yet.'],
    [
      [{ ...there, bucket: 'x' }],
      'The location velero/minio still has the bucket x.',
    ],
    [
      [{ ...there, prefix: 'x' }],
      'The location velero/minio still has the folder x.',
    ],
    [[{ ...there, phase: null }], 'Velero has not validated velero/minio yet.'],
    [
      [{ ...there, phase: 'Unavailable', message: 'no such bucket' }],
      'Velero says that velero/minio is Unavailable: no such bucket.',
    ],
    [[there], ''],
  ])('with %j is told: %s', (backupLocations, missing) => {
    expect(missingOf(veleroLocation, asked, { backupLocations })).toBe(missing);
  });

  it('waits for the default to move', () => {
    const input = { ...asked, default: true };
    expect(missingOf(veleroLocation, input, { backupLocations: [there] })).toBe(
      'The location velero/minio is not yet the default.',
    );
  });

  it('waits for the default of before to be none any more', () => {
    const input = { ...asked, default: true };
    const backupLocations = [
      { ...there, default: true },
      { name: 'default', default: true },
    ];
    expect(missingOf(veleroLocation, input, { backupLocations })).toBe(
      'The location velero/default is still a default, too.',
    );
  });
});
