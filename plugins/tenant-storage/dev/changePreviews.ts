import {
  StorageChangePreview,
  StorageChangeWish,
  UnderCluster,
  UnderClusterList,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import { requestThrough, step } from './storageRequests';
import { tenantNamed } from './tenants';

/** What a wish for a backup location is answered with, apart from what follows from the wish. */
export type ChangePreviewCase = Partial<StorageChangePreview>;

function underCluster(name: string, title: string): UnderCluster {
  const { storageClass, cdi, freshness, errors } = tenantNamed('any');
  return { name, title, tenants: 3, storageClass, cdi, freshness, errors };
}

/** The under clusters that one may see: one with a title of its own, one without. */
export function underClusterList(
  changes: Partial<UnderClusterList> = {},
): UnderClusterList {
  return {
    items: [underCluster('muc-1', 'Munich'), underCluster('ber-2', 'ber-2')],
    incomplete: null,
    emptyBecause: null,
    ...changes,
  };
}

/** A request of the platform team for a backup location, which waits for a Secret. */
export const locationRequest = () =>
  requestThrough([step('preparing', 620), step('opened', 600, 'petra')], {
    tenant: null,
    change: 'velero-location',
    object: 'minio',
    title: 'Backup location minio in muc-1: bucket velero-muc-1',
    size: null,
    sizeBytes: null,
    before: null,
    reason: 'Backups leave the under cluster.',
    requester: 'user:default/petra',
    gates: [
      {
        id: 'secretThere',
        title: 'The Secret velero/minio-credentials is there',
        state: 'failed',
        detail: 'There is no Secret of that name in velero.',
      },
    ],
  });

/** What a wish for a backup location, which need not be filled in yet, is answered with. */
export function changePreview(
  wish: StorageChangeWish,
  changes: ChangePreviewCase = {},
): StorageChangePreview {
  const { name = 'minio', bucket = 'velero', prefix } = wish.input;
  const path = `clusters/${wish.underCluster}/velero/backupstoragelocation-${name}.yaml`;
  const isProposed =
    !changes.refusals?.length &&
    changes.changed !== false &&
    !changes.repositoryProblem;
  const lines = [
    'apiVersion: velero.io/v1',
    'kind: BackupStorageLocation',
    'metadata:',
    `  name: ${name}`,
    '  namespace: velero',
    'spec:',
    '  provider: aws',
    '  objectStorage:',
    `    bucket: ${bucket}`,
    ...(prefix ? [`    prefix: ${prefix}`] : []),
    '  config:',
    '    s3Url: https://minio.minio-system.svc.cluster.local:9000',
    '    s3ForcePathStyle: "true"',
  ];
  return {
    changed: isProposed,
    summary: `Velero keeps backups of ${wish.underCluster} in bucket ${bucket}, as location ${name}.`,
    title: isProposed
      ? `Backup location ${name} in ${wish.underCluster}: bucket ${bucket}`
      : '',
    body:
      isProposed && wish.reason
        ? `Velero gets the location **${name}**.\n\nWhy:\n\n\`\`\`text\n${wish.reason}\n\`\`\`\n`
        : null,
    branch: isProposed
      ? `kmetal-storage.${wish.underCluster}.${name}.velero-location`
      : null,
    repository: isProposed
      ? { host: 'git.example.com', repository: 'kmetal/fleet' }
      : null,
    files: isProposed ? [{ path, status: 'created' }] : [],
    diff: isProposed
      ? [
          `diff --git a/${path} b/${path}`,
          'new file mode 100644',
          '--- /dev/null',
          `+++ b/${path}`,
          `@@ -0,0 +1,${lines.length} @@`,
          ...lines.map(line => `+${line}`),
          '',
        ].join('\n')
      : '',
    warnings: [],
    refusals: [],
    gates: isProposed
      ? [
          {
            id: 'veleroThere',
            title: 'Velero is there',
            state: 'passed',
            detail: 'The Deployment velero/velero has 1 of 1 ready.',
          },
          {
            id: 'secretThere',
            title: 'The Secret velero/minio-credentials is there',
            state: 'failed',
            detail: 'There is no Secret of that name in velero.',
          },
          {
            id: 'bucketThere',
            title: `The bucket ${bucket} is there`,
            state: 'unknown',
            detail: 'Velero tells once it has the location.',
          },
        ]
      : [],
    impact: isProposed
      ? [
          {
            what: 'Default location',
            before: 'default',
            after: 'default',
            note: null,
          },
          {
            what: `Location ${name}`,
            before: null,
            after: `bucket ${bucket}`,
            note: 'Velero checks a new location within a minute.',
          },
          {
            what: 'Backups that the location holds already',
            before: null,
            after: null,
            note: 'Can’t be told before Velero has read it.',
          },
        ]
      : [],
    openRequest: null,
    repositoryProblem: null,
    freshness: tenantNamed('any').freshness,
    ...changes,
  };
}

/** Every state that the preview can be in, by the name of the location that is wished for. */
export function changePreviewCases(): Record<string, ChangePreviewCase> {
  return {
    minio: {
      openRequest: locationRequest(),
      warnings: [
        {
          code: 'credentialsUnseen',
          message:
            'What is in the Secret velero/minio-credentials is not read here. Its key cloud must be in the format of an AWS credentials file.',
        },
      ],
    },
    refused: {
      refusals: [
        {
          code: 'nameTaken',
          field: 'name',
          message:
            'The BackupStorageLocation refused is rendered by the HelmRelease velero/velero.',
          remedy: 'Change it in the values of that release.',
          file: 'clusters/muc-1/velero/release.yaml',
          line: 31,
        },
      ],
    },
    unchanged: {
      changed: false,
      summary: 'The location unchanged of muc-1 is like that already.',
    },
    unread: {
      changed: null,
      repositoryProblem: 'git.example.com does not answer.',
    },
    long: {
      impact: [
        {
          what: 'config.s3Url',
          before: null,
          after: `https://${'object-storage-of-the-data-centre.'.repeat(
            4,
          )}example.com:9000`,
          note: 'As the server’s certificate has it.',
        },
      ],
    },
  };
}

/** The answer about changes of an under cluster's storage; undefined if it is asked for something else. */
export function answerAboutPlatform(
  asked: { url: URL; method: string; body: unknown },
  underClusters: UnderClusterList,
  previews: Record<string, ChangePreviewCase> = {},
): { status: number; body: object } | undefined {
  const { pathname } = asked.url;
  if (asked.method === 'GET' && pathname.endsWith('/v1/under-clusters')) {
    return { status: 200, body: underClusters };
  }
  if (!pathname.endsWith('/v1/changes/velero-location/preview')) {
    return undefined;
  }
  const wish = asked.body as StorageChangeWish;
  return {
    status: 200,
    body: changePreview(wish, previews[String(wish.input.name)]),
  };
}
